import { refused, type Verdict } from './verdict.ts'

/** Clocks of authors and registries: what differs by less than this is the same time. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000

/** A public key and when it may sign. Milliseconds since the epoch. */
export interface KeyStatement {
  readonly keyid: string
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string
  readonly notBefore: number
  /** Null: it does not end by itself. */
  readonly notAfter: number | null
  readonly revokedAt: number | null
}

export interface SignatureTimes {
  /** When its signer says it was made. */
  readonly createdAt: number
  /** When somebody trusted had it in hand: the registry at the publish. Only this counts against a revocation. */
  readonly seenAt: number
}

/**
 * Whether a key was good for a signature. Who stole a key dates its signatures as he likes, so a revoked key is good
 * only for what the registry had seen before; when it was lost before that, the revocation is dated back.
 */
export function keyVerdict(key: KeyStatement, { createdAt, seenAt }: SignatureTimes): Verdict {
  const { keyid, notBefore, notAfter, revokedAt } = key
  if (createdAt > seenAt + CLOCK_SKEW_MS) {
    return refused(
      `was made at ${iso(createdAt)}, after it was seen at ${iso(seenAt)}: a clock is wrong`,
      `签名时间 ${iso(createdAt)} 晚于收到时间 ${iso(seenAt)}：时钟有误`,
    )
  }
  if (createdAt < notBefore - CLOCK_SKEW_MS) {
    return refused(
      `was made at ${iso(createdAt)}, before ${keyid} was good from ${iso(notBefore)} on`,
      `签名时间 ${iso(createdAt)} 早于密钥 ${keyid} 的生效时间 ${iso(notBefore)}`,
    )
  }
  if (notAfter !== null && seenAt > notAfter + CLOCK_SKEW_MS) {
    return refused(
      `was seen at ${iso(seenAt)}, after ${keyid} had ended at ${iso(notAfter)}`,
      `收到时间 ${iso(seenAt)} 晚于密钥 ${keyid} 的失效时间 ${iso(notAfter)}`,
    )
  }
  // No tolerance: it is the registry's own clock on both sides.
  if (revokedAt !== null && seenAt >= revokedAt) {
    return refused(
      `was seen at ${iso(seenAt)}, after ${keyid} was revoked at ${iso(revokedAt)}`,
      `收到时间 ${iso(seenAt)} 晚于密钥 ${keyid} 的吊销时间 ${iso(revokedAt)}`,
    )
  }
  return { ok: true }
}

function iso(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : String(at)
}
