import { createHmac } from 'node:crypto'
import type { SeededRandom } from '../../bench/seeded-random.ts'
import { hostileTexts, oneOf } from './hostile-values.ts'

/** What a forger has to begin with: a true token, and the public keys as anybody may read them. */
export interface Forged {
  readonly token: string
  readonly jwks: string
  readonly key: string
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decoded = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

/** An authorization header that must open nothing. */
export function forgedAuthorization(random: SeededRandom, forged: Forged): string {
  return oneOf(random, forgeries)(random, forged)
}

const forgeries: readonly ((random: SeededRandom, forged: Forged) => string)[] = [
  (_, { token }) => `Bearer ${rewritten(token, { alg: 'none' }, {}, '')}`,
  (_, { token }) => `Bearer ${rewritten(token, { alg: 'nOnE', kid: undefined }, {}, '')}`,
  (random, { token }) => `Bearer ${rewritten(token, { kid: oneOf(random, hostileTexts) }, {})}`,
  (_, { token }) => `Bearer ${rewritten(token, { jku: 'http://127.0.0.1:1/jwks' }, {})}`,
  (_, { token }) => `Bearer ${rewritten(token, { crit: ['b64'], b64: false }, {})}`,
  (_, { token }) => `Bearer ${rewritten(token, { typ: 'JWT' }, {})}`,
  (random, { token }) => `Bearer ${rewritten(token, {}, { aud: oneOf(random, hostileTexts) })}`,
  (_, { token }) => `Bearer ${rewritten(token, {}, { exp: 1e300, nbf: -1 })}`,
  (random, { token }) => `Bearer ${rewritten(token, {}, { sub: oneOf(random, hostileTexts) })}`,
  (_, { token, jwks }) => `Bearer ${confused(token, jwks)}`,
  (_, { token }) => `Bearer ${token.slice(0, -3)}`,
  (_, { token }) => `Bearer ${token}.${token}`,
  (_, { token }) => `Bearer ${token.replaceAll('.', '..')}`,
  () => `Bearer ${'e30'.repeat(1500)}.e30.e30`,
  () => 'Bearer a.b.c',
  () => 'Bearer ',
  () => 'Bearer',
  (_, { key }) => `Bearer ${key.slice(0, -1)}`,
  (_, { key }) => `Bearer ${key}%00`,
  (_, { key }) => `Bearer  ${key} ${key}`,
  () => `Basic ${Buffer.from('operator:\0').toString('base64')}`,
  () => 'Basic !!!',
  () => `Digest username="x", ${'a'.repeat(500)}`,
  (random) => `Bearer ${Buffer.from(oneOf(random, hostileTexts)).toString('latin1')}`,
]

/** The head and the claims changed, the signature as it was. */
function rewritten(token: string, head: object, claims: object, signature?: string): string {
  const [first, second, third] = token.split('.')
  const parts = [
    encoded({ ...decoded(first), ...head }),
    encoded({ ...decoded(second), ...claims }),
  ]
  return [...parts, signature ?? third].join('.')
}

/** Signed by the public key as if it were a shared secret (RFC 8725 §2.1). */
function confused(token: string, jwks: string): string {
  const [first, second] = token.split('.')
  const signed = `${encoded({ ...decoded(first), alg: 'HS256' })}.${second}`
  return `${signed}.${createHmac('sha256', jwks).update(signed).digest('base64url')}`
}
