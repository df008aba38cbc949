import { digestOfOid } from '../algorithms/digests.ts'
import type { Certificate } from '../certificates/certificate.ts'
import type { TimestampToken } from '../timestamps/timestamp-token.ts'

export interface RenewalSettings {
  /** How long before the end of what protects a document it is protected anew. */
  readonly beforeDays?: number
  /** Until when algorithms are relied on, a day each; added to those known here, or instead of them. */
  readonly algorithms?: readonly { readonly algorithm: string; readonly until: string }[]
}

const DAY_MS = 86_400_000
const BEFORE_DAYS = 90
/** Where all is over already, so that a renewal helps no more than the last did. */
const AT_LEAST_MS = 30 * DAY_MS

/**
 * The ends of algorithms as of NIST IR 8547 (initial public draft, November 2024), table 2 and 4: what has 112 bits of security is deprecated after
 * 2030, RSA, ECDSA and EdDSA are disallowed after 2035 for what quantum computers may break. SM2 is as they are.
 */
const ends: Readonly<Record<string, string>> = {
  'rsa-2048': '2030-12-31',
  rsa: '2035-12-31',
  ec: '2035-12-31',
  ed25519: '2035-12-31',
  sm2: '2035-12-31',
  sha1: '2017-02-23',
}

/** Until when a time stamp protects what it is over: its authority's certificate ends, or an algorithm of it is not relied on any more. */
export function protectedUntil(
  { info, signedData }: TimestampToken,
  authority: Certificate,
  { algorithms = [] }: RenewalSettings,
): number {
  const told = Object.fromEntries(algorithms.map(({ algorithm, until }) => [algorithm, until]))
  const days = { ...ends, ...told }
  const used = [keyOf(authority), info.hash ?? 'unknown', ...hashesOf(signedData.digestAlgorithms)]
  const limits = used.flatMap((one) => {
    const day = days[one]
    return day === undefined ? [] : [Date.parse(`${day}T23:59:59Z`)]
  })
  return Math.min(authority.notAfter, ...limits)
}

function keyOf({ publicKey }: Certificate): string {
  const { kind } = publicKey
  // Below 3072 bits RSA has the security of 112 (NIST SP 800-57 part 1, table 2).
  return kind === 'rsa' && publicKey.bits < 3072 ? 'rsa-2048' : kind
}

function hashesOf(oids: readonly string[]): string[] {
  return oids.map((oid) => digestOfOid(oid) ?? 'unknown')
}

/** When a document is protected anew: so many days before, or, of what ends sooner, after half of the time that is left. */
export function renewAt(
  until: number,
  { beforeDays = BEFORE_DAYS }: RenewalSettings,
  now: number,
): number {
  const left = until - now
  if (left <= 0) return now + AT_LEAST_MS
  return Math.max(until - beforeDays * DAY_MS, now + left / 2)
}
