import type { GivenRecipient } from './envelopes/make-envelope.ts'

/** How certificates of analysis are signed. */
export interface CertificateSettings {
  /** Filled with what the certificate is known by. */
  readonly template: string
  readonly recipients: readonly GivenRecipient[]
}

/** What a tenant sets; the manifest's `config` says what fits. */
export interface Settings {
  readonly timestamps?: { readonly url: string }
  /** Page on which signers look at documents; the link is its fragment, which no server sees. */
  readonly signerPage?: string
  /** Of the pages on which users sign: their relying party and its addresses (WebAuthn). */
  readonly passkeys?: { readonly rpId: string; readonly origins: readonly string[] }
  /** Of certificates of completion; Chinese, when absent. */
  readonly language?: 'en' | 'zh-CN'
  /** Minutes east of UTC of the tenant's calendar; 480 (China), when absent. */
  readonly utcOffsetMinutes?: number
  /** Absent: certificates of analysis are not this plugin's affair. */
  readonly certificates?: CertificateSettings
}

const CHINA_MINUTES = 480
const MINUTE_MS = 60_000

export function settingsOf(config: unknown): Settings {
  return (config ?? {}) as Settings
}

/** The day that it is where the tenant is. */
export function todayOf({ utcOffsetMinutes = CHINA_MINUTES }: Settings, now: number): string {
  return new Date(now + utcOffsetMinutes * MINUTE_MS).toISOString().slice(0, 10)
}
