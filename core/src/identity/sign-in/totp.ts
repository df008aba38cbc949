import { createHash, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

/** RFC 6238 as every authenticator app speaks it: SHA-1, six digits, 30 s. */
const PERIOD_S = 30
const DIGITS = 6

/** One step to either side: clocks of telephones, and the time it takes to type (RFC 6238 §5.2). */
const WINDOW = 1

/** RFC 4226 §4: at least 128 bits, 160 recommended. */
export const SECRET_BYTES = 20

const RECOVERY_CODES = 10

/** @param secret SECRET_BYTES of chance. @returns an `otpauth://` address for the app, mostly as a QR code */
export function otpauthUri(secret: Buffer, login: string, tenant: string): string {
  return totpOf(secret, `Signalbox ${tenant}`, login).toString()
}

/**
 * The time step that a code is of, in the window around now.
 * @param after the step of the last code that was taken: one is never taken twice (RFC 6238 §5.2)
 */
export function stepOfCode(
  secret: Buffer,
  code: string,
  nowMs: number,
  after: number,
): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: WINDOW })
  if (delta === null) return undefined
  const step = Math.floor(nowMs / 1000 / PERIOD_S) + delta
  return step > after ? step : undefined
}

function totpOf(secret: Buffer, issuer = '', label = 'user'): TOTP {
  const bytes = Uint8Array.from(secret)
  return new TOTP({
    issuer,
    label,
    secret: new Secret({ buffer: bytes.buffer }),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_S,
  })
}

/** Each is 80 random bits, so a plain hash of it is enough. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const hex = randomBytes(10).toString('hex')
    return [0, 5, 10, 15].map((at) => hex.slice(at, at + 5)).join('-')
  })
}

/** However it was typed from paper. */
export function hashRecoveryCode(code: string): Buffer {
  const text = code.toLowerCase().replace(/[^0-9a-f]/g, '')
  return createHash('sha256').update(`recovery ${text}`).digest()
}
