import type { CodedError, InputFault } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { type KeyAlgorithm, type KeyUsage, rulesOf } from './key-algorithms.ts'
import type { KeyState } from './key-states.ts'
import type { CertificatePolicy } from './one-time/certificate-policy.ts'

/** What an admin lets a key be used for. */
export interface KeyPolicy {
  /** Signatures in one hour of the clock, on all nodes together. */
  readonly maxPerHour: number
  /** ISO 8601; null: it does not expire. */
  readonly expiresAt: string | null
  /** Plugins that may sign with it, if their grant covers it; null: every such plugin. */
  readonly plugins: readonly string[] | null
  /** Of tokens; null where the key signs none. */
  readonly jwt: { readonly issuer: string; readonly maxTtlS: number } | null
  /** Of signers' certificates; null where the key issues none. */
  readonly certificate: CertificatePolicy | null
  /** Object identifiers of signed attributes that may stand in a CMS signature unread. */
  readonly cmsAttributes: readonly string[]
}

/** What a rule needs to know of a key. */
export interface PolicedKey {
  readonly tenant: string
  readonly id: string
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly KeyUsage[]
  readonly state: KeyState
  readonly policy: KeyPolicy
}

/** One signature a second, all day: more than people sign, and what a runaway loop is stopped at. */
const DEFAULT_MAX_PER_HOUR = 3600

export type PolicyWish = Partial<{ -readonly [Name in keyof KeyPolicy]: KeyPolicy[Name] }>

export function policyOf(wish: PolicyWish): KeyPolicy {
  return {
    maxPerHour: DEFAULT_MAX_PER_HOUR,
    expiresAt: null,
    plugins: null,
    jwt: null,
    certificate: null,
    cmsAttributes: [],
    ...wish,
  }
}

/** What a wish for a key asks for that cannot be. */
export function wishFaults(
  algorithm: KeyAlgorithm,
  usages: readonly KeyUsage[],
  policy: KeyPolicy,
  now: number,
): InputFault[] {
  const fit = rulesOf(algorithm).usages
  const faults = usages.flatMap((usage, index) =>
    fit.includes(usage)
      ? []
      : [{ pointer: `/usages/${index}`, detail: `${algorithm} signs ${fit.join(', ')} only` }],
  )
  if (usages.includes('jwt') && policy.jwt === null) {
    faults.push({ pointer: '/policy/jwt', detail: 'is required of a key that signs tokens' })
  }
  if (usages.includes('certificate')) {
    if (policy.certificate === null) {
      const detail = 'is required of a key that certifies'
      faults.push({ pointer: '/policy/certificate', detail })
    }
    // What an authority has signed says nothing but that somebody has a key.
    if (usages.length > 1) {
      faults.push({ pointer: '/usages', detail: 'a key that certifies does nothing else' })
    }
  }
  if (policy.expiresAt !== null && !(Date.parse(policy.expiresAt) > now)) {
    faults.push({ pointer: '/policy/expiresAt', detail: 'must be an instant that is to come' })
  }
  return faults
}

/** Why a plugin may not sign with a key now; the count of the hour is judged where it is kept. */
export function signingRefusal(
  key: PolicedKey,
  { plugin, usage, now }: { plugin: string; usage: KeyUsage; now: number },
): CodedError | undefined {
  const { id, tenant, policy } = key
  if (!key.usages.includes(usage) || policy.plugins?.includes(plugin) === false) {
    return coreErrors.create('KEY_USAGE_REFUSED', { key: id, tenant, plugin, usage })
  }
  if (key.state !== 'active') return coreErrors.create('KEY_DISABLED', { key: id, tenant })
  if (policy.expiresAt !== null && Date.parse(policy.expiresAt) <= now) {
    return coreErrors.create('KEY_EXPIRED', { key: id, tenant, at: policy.expiresAt })
  }
  return undefined
}
