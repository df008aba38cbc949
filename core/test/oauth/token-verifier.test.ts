import { createHmac, createPublicKey, randomBytes } from 'node:crypto'
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import { serviceUrl, signToken, type TokenClaims } from '../../src/oauth/access-token.ts'
import { isForged, TokenVerifier } from '../../src/oauth/token-verifier.ts'
import { emptySnapshot, type Snapshot } from '../../src/rollout/routing/snapshot.ts'

const ISSUER = 'https://box.example.com'
const AUDIENCE = serviceUrl(ISSUER, 'orders.visibility', 1)
const START = Date.parse('2026-06-01T00:00:00Z')

const pair = await generateKeyPair('RS256', { extractable: true })
const strangers = await generateKeyPair('RS256', { extractable: true })
const publicJwk = await exportJWK(pair.publicKey)
const kid = 'key-1'

let now = START
let snapshot: Snapshot = {
  ...emptySnapshot,
  tokenKeys: new Map([[kid, { kid, publicJwk, signsFrom: START - 1, endsAt: null }]]),
  credentials: new Map([
    ['cred', { hash: '', subscription: 'sub_1', kind: 'secret' }],
    ['key', { hash: '', subscription: 'sub_1' }],
  ]),
}
const good = snapshot
t.beforeEach(() => {
  now = START
  snapshot = good
})

const claims: TokenClaims = {
  issuer: ISSUER,
  audience: AUDIENCE,
  subject: 'app:acme/planner',
  subscription: 'sub_1',
  credential: 'cred',
  scopes: ['find'],
  id: 'jti-1',
  issuedAt: START / 1000,
  expiresAt: START / 1000 + 600,
}

const fresh = () => new TokenVerifier({ snapshot: () => snapshot, issuer: ISSUER, now: () => now })
const sign = (more: Partial<TokenClaims> = {}, key: CryptoKey = pair.privateKey) =>
  signToken({ ...claims, ...more }, { kid, key })

/** What a call would be told: undefined, it passes. */
async function faultOf(token: string, audience = AUDIENCE, verifier = fresh()) {
  const verified = await verifier.verify(token)
  return typeof verified === 'string' ? verified : verifier.faultNow(snapshot, verified, audience)
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const payload = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'app:acme/planner',
  jti: 'jti-1',
  client_id: 'sub_1',
  credential: 'cred',
  iat: START / 1000,
  exp: START / 1000 + 600,
}

/** Signed by the right key, under a header of one's own. */
const headed = (header: object, body: object = payload, key: CryptoKey = pair.privateKey) =>
  new SignJWT({ ...body })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...header })
    .sign(key)

t.test('a token is good until its end, with its claims', async (t) => {
  const verifier = fresh()
  const token = await sign()
  t.match(await verifier.verify(token), { kid, claims })
  t.equal(await faultOf(token), undefined)
  now = START + 600_000 - 1
  t.equal(await faultOf(token), undefined)
  now = START + 600_000
  t.equal(await faultOf(token, AUDIENCE, verifier), 'expired', 'also what was verified before')
  t.equal(verifier.known(token)?.kid, kid)
  now = START + 700_000
  t.equal(await faultOf(token), 'expired')
})

t.test('no way around the signature is taken', async (t) => {
  const none = `${part({ alg: 'none', typ: 'at+jwt', kid })}.${part(payload)}.`
  t.equal(await faultOf(none), 'malformed', 'alg none, no signature')
  t.equal(await faultOf(`${none}x`), 'algorithm', 'alg none, any signature')
  // RFC 8725 §2.1: the public key as the secret of an HMAC.
  const head = `${part({ alg: 'HS256', typ: 'at+jwt', kid })}.${part(payload)}`
  const pem = createPublicKey({ key: publicJwk as never, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  })
  const mac = createHmac('sha256', pem).update(head).digest('base64url')
  t.equal(await faultOf(`${head}.${mac}`), 'algorithm', 'HS256 by the public key')
  t.equal(await faultOf(await sign({}, strangers.privateKey)), 'signature', 'another key')
  const ps = await generateKeyPair('PS256', { extractable: true })
  t.equal(await faultOf(await headed({ alg: 'PS256' }, payload, ps.privateKey)), 'algorithm')
  const [first, , last] = (await sign()).split('.')
  t.equal(await faultOf(`${first}.${part({ ...payload, sub: 'other' })}.${last}`), 'signature')
})

t.test('a key comes from the own set and from nowhere else', async (t) => {
  const jwk = await exportJWK(strangers.publicKey)
  for (const header of [
    { jwk },
    { jku: 'https://evil.example/jwks' },
    { x5u: 'https://evil.example/cert' },
    { x5c: ['MIIB'] },
  ]) {
    const name = Object.keys(header).join()
    t.equal(await faultOf(await headed(header)), 'malformed', `${name}, signed by ours`)
    const token = await headed(header, payload, strangers.privateKey)
    t.not(await faultOf(token), undefined, `${name}, signed by theirs`)
  }
  for (const name of [
    '../../dev/null',
    "x' or '1'='1",
    '__proto__',
    'constructor',
    '',
    'key-2',
    7,
    'https://evil.example/jwks#key-1',
    'k'.repeat(2000),
    [kid],
  ]) {
    const token = await headed({ kid: name })
    t.equal(await faultOf(token), 'unknown_key', String(name).slice(0, 40))
  }
  t.equal(await faultOf(await headed({ kid: 'k'.repeat(4000) })), 'malformed', 'longer than any')
  t.equal(await faultOf(await headed({ kid: undefined })), 'unknown_key', 'none')
})

t.test('made up is what nobody here has signed, and nothing else', async (t) => {
  const stranger = await sign({}, strangers.privateKey)
  for (const token of [
    'eyJ.e30',
    stranger,
    await headed({ kid: 'key-2' }),
    await headed({ jku: 'x' }),
  ])
    t.ok(isForged(await faultOf(token)))
  const other = serviceUrl(ISSUER, 'orders.visibility', 2)
  for (const fault of [
    await faultOf(await sign()),
    await faultOf(await sign(), other),
    await faultOf(await sign({ expiresAt: START / 1000 - 3600 })),
    await faultOf(await sign({ issuer: 'https://other.example' })),
    await faultOf(await sign({ credential: 'key' })),
  ])
    t.notOk(isForged(fault), String(fault))
})

t.test('what was signed for something else is no access token', async (t) => {
  t.equal(await faultOf(await headed({ typ: 'JWT' })), 'type', 'an ID token')
  t.equal(await faultOf(await headed({ typ: undefined })), 'type')
  t.equal(await faultOf(await sign({ issuer: 'https://other.example' })), 'issuer')
  const other = serviceUrl(ISSUER, 'orders.visibility', 2)
  t.equal(await faultOf(await sign(), other), 'audience', 'another major')
  t.equal(await faultOf(await headed({}, { ...payload, aud: [AUDIENCE] })), 'claims', 'a list')
  for (const name of ['aud', 'sub', 'jti', 'client_id', 'credential', 'iat', 'exp']) {
    const { [name as keyof typeof payload]: _, ...rest } = payload
    t.equal(await faultOf(await headed({}, rest)), 'claims', `without ${name}`)
  }
  t.equal(await faultOf(await headed({}, { ...payload, nbf: START / 1000 + 60 })), 'not_yet')
})

t.test('what is no token costs next to nothing', async (t) => {
  const huge = `ey${'A'.repeat(1_000_000)}.ey.x`
  for (const text of [
    'ey',
    'ey.ey',
    'eyJ.e30',
    `${'ey.'.repeat(4)}x`,
    'ey\u0000.x.y',
    huge,
    'ey.x.',
  ]) {
    t.equal(await faultOf(text), 'malformed', text.slice(0, 20))
  }
  const random = `ey${randomBytes(60).toString('base64url')}.${randomBytes(60).toString('base64url')}.x`
  t.equal(await faultOf(random), 'malformed')
})

t.test('what was verified is refused as soon as the snapshot says so', async (t) => {
  const verifier = fresh()
  const token = await sign()
  const ask = () => faultOf(token, AUDIENCE, verifier)
  t.equal(await ask(), undefined)
  snapshot = { ...good, revokedTokens: new Set(['jti-1']) }
  t.equal(await ask(), 'revoked', 'the token')
  snapshot = { ...good, credentials: new Map() }
  t.equal(await ask(), 'revoked', 'the secret')
  const over = { hash: '', subscription: 'sub_1', kind: 'secret', expiresAt: START } as const
  snapshot = { ...good, credentials: new Map([['cred', over]]) }
  t.equal(await ask(), 'revoked', 'the end of the secret')
  snapshot = { ...good, tokenKeys: new Map() }
  t.equal(await ask(), 'unknown_key', 'the key that signed')
  const ended = { kid, publicJwk, signsFrom: START - 1, endsAt: START }
  snapshot = { ...good, tokenKeys: new Map([[kid, ended]]) }
  t.equal(await ask(), 'unknown_key', 'the end of that key')
  snapshot = good
  t.equal(await ask(), undefined)
})

t.test(
  'a key of calls is no credential of a token, nor is one of another subscription',
  async (t) => {
    t.equal(await faultOf(await sign({ credential: 'key' })), 'revoked')
    t.equal(await faultOf(await sign({ subscription: 'sub_2' })), 'revoked')
  },
)

t.test('the private half is nowhere in the public one', async (t) => {
  const pem = await exportPKCS8(pair.privateKey)
  t.match(pem, 'PRIVATE KEY')
  t.notOk('d' in publicJwk)
})
