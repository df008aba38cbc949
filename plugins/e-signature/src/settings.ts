import type { TrustConfig } from './certificates/trust-anchors.ts'
import type { GivenRecipient } from './envelopes/make-envelope.ts'
import type { RenewalSettings } from './long-term/renewal.ts'

/** How certificates of analysis are signed. */
export interface CertificateSettings {
  /** Filled with what the certificate is known by. */
  readonly template: string
  readonly recipients: readonly GivenRecipient[]
}

/** What a tenant sets; the manifest's `config` says what fits. */
export interface Settings extends TrustConfig {
  readonly timestamps?: { readonly url: string }
  /** Where certificates name who knows of their revocation: the places that may be asked are in the manifest's words. */
  readonly revocation?: {
    readonly first?: { readonly url: string }
    readonly second?: { readonly url: string }
    readonly third?: { readonly url: string }
    /** Only what was said after a signature was there proves it. */
    readonly freshOnly?: boolean
  }
  readonly renewal?: RenewalSettings
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
