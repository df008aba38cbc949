import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { FlattenedSign, SignJWT } from 'jose'
import t from 'tap'
import { caller, KeyRoom } from '../support/key-room.ts'

const room = await KeyRoom.open(t)
const jwt = { issuer: 'https://acme.example', maxTtlS: 300 }
await room.make({ id: 'rsa', algorithm: 'rsa-2048', usages: ['jwt'], policy: { jwt } })
await room.make({ id: 'ed', algorithm: 'ed25519', usages: ['jwt', 'webhook'], policy: { jwt } })
await room.make({ id: 'seal', algorithm: 'ec-p256', usages: ['cms'] })
const hooks = await room.make({ id: 'hooks', algorithm: 'hmac-sha256', usages: ['webhook'] })

const verify = (request: object, tenant?: string) =>
  room.ask('keys.verify', { usage: 'jwt', ...request }, tenant)
const pemOf = async (key: string) =>
  (await room.ask('keys.publicKey', { key })).versions[0].publicKeyPem as string
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const nowS = Math.floor(room.now / 1000)
const claims = { iss: jwt.issuer, iat: nowS, exp: nowS + 60, sub: 'user:1' }
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreignPem = foreign.publicKey.export({ format: 'pem', type: 'spki' }).toString()
const foreignToken = (alg: string, what: object = claims) =>
  new SignJWT({ ...what }).setProtectedHeader({ alg }).sign(foreign.privateKey)

t.test('an HMAC made with a public key is no signature of that key', async (t) => {
  for (const [key, kid] of [
    ['rsa', 'rsa.1'],
    ['ed', 'ed.1'],
  ] as const) {
    const pem = await pemOf(key)
    const head = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part(claims)}`
    const mac = createHmac('sha256', pem).update(head).digest('base64url')
    t.match(await verify({ key, token: `${head}.${mac}` }), { valid: false, reason: 'signature' })
    t.match(await verify({ publicKey: pem, token: `${head}.${mac}` }), { valid: false })
  }
})

t.test('a token that says it needs no signature is none', async (t) => {
  for (const alg of ['none', 'None', 'NONE', '']) {
    const token = `${part({ alg, kid: 'rsa.1' })}.${part(claims)}.`
    t.match(await verify({ key: 'rsa', token }), { valid: false })
    t.match(await verify({ publicKey: foreignPem, token }), { valid: false })
  }
})

t.test('a token must be by the one algorithm of the key, and by its version', async (t) => {
  const pss = await foreignToken('PS256')
  t.match(await verify({ publicKey: foreignPem, token: pss }), { valid: true, algorithm: 'PS256' })
  t.match(await verify({ key: 'rsa', token: pss }), { valid: false })
  const signed = await room.ask('keys.sign', { key: 'rsa', usage: 'jwt', claims: {} })
  t.match(await verify({ key: 'rsa', token: signed.token }), { valid: true, algorithm: 'RS256' })
  t.match(await verify({ key: 'ed', token: signed.token }), { valid: false })
  await room.keys.service.rotate(caller, 'acme', 'rsa')
  t.match(await verify({ key: 'rsa', token: signed.token }), { valid: true, keyVersion: 1 })
  await room.make({ id: 'rsa', algorithm: 'rsa-2048', usages: ['jwt'], policy: { jwt } }, 'globex')
  t.match(await verify({ key: 'rsa', token: signed.token }, 'globex'), { valid: false })
  // The kid is whatever its sender writes: it names a version, it proves nothing.
  const [, body, mac] = signed.token.split('.')
  const claimed = `${part({ alg: 'RS256', kid: 'rsa.2' })}.${body}.${mac}`
  t.match(await verify({ key: 'rsa', token: claimed }), { valid: false, reason: 'signature' })
})

t.test('a token is of now, of its issuer, for its audience', async (t) => {
  const check = async (what: object, more: object = {}) =>
    verify({ publicKey: foreignPem, token: await foreignToken('RS256', what), ...more })
  t.match(await check(claims), { valid: true, claims: { sub: 'user:1' } })
  t.match(await check({ ...claims, exp: nowS - 120 }), { valid: false, reason: 'expired' })
  t.match(await check({ ...claims, nbf: nowS + 120 }), { valid: false, reason: 'claims' })
  t.match(await check({ sub: 'forever' }), { valid: false, reason: 'claims' })
  t.match(await check(claims, { issuer: 'https://b.example' }), { reason: 'claims' })
  t.match(await check(claims, { audience: 'erp' }), { valid: false, reason: 'claims' })
  t.match(await check({ ...claims, aud: ['erp'] }, { audience: 'erp' }), { valid: true })
  for (const token of ['x', 'a.b.c', '..', `${part({ alg: 'RS256' })}.e30.`]) {
    t.match(await verify({ publicKey: foreignPem, token }), { valid: false })
  }
})

t.test('a token with a payload that is not encoded is none', async (t) => {
  const header = { alg: 'RS256', b64: false, crit: ['b64'] }
  const body = JSON.stringify({ iat: nowS, exp: nowS + 60 })
  const signer = new FlattenedSign(Buffer.from(body)).setProtectedHeader(header)
  const { protected: head, signature } = await signer.sign(foreign.privateKey)
  const token = `${head}.${body}.${signature}`
  t.match(await verify({ publicKey: foreignPem, token }), { valid: false })
})

t.test('a webhook whose id begins as a token does is not signed', async (t) => {
  const id = part({ alg: 'EdDSA', b64: false, crit: ['b64'] })
  const request = { key: 'ed', usage: 'webhook', id, payload: JSON.stringify(claims) }
  await t.rejects(room.ask('keys.sign', request), { code: 'CORE_INPUT_INVALID' })
})

t.test('only whose keys are named, once, verify', async (t) => {
  const token = await foreignToken('RS256')
  const invalid = { code: 'CORE_INPUT_INVALID' }
  await t.rejects(verify({ token }), invalid)
  await t.rejects(verify({ token, key: 'rsa', publicKey: foreignPem }), invalid)
  const privatePem = foreign.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await t.rejects(verify({ token, publicKey: privatePem }), invalid)
  await t.rejects(verify({ token, certificate: foreignPem }), invalid)
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey
  for (const key of [short, curve]) {
    const publicKey = key.export({ format: 'pem', type: 'spki' }).toString()
    await t.rejects(verify({ token, publicKey }), invalid)
  }
  await t.rejects(verify({ token, key: 'seal' }), { code: 'CORE_KEY_USAGE_REFUSED' })
  await t.rejects(verify({ token, key: 'nobody' }), { code: 'CORE_KEY_MISSING' })
})

const hook = { usage: 'webhook', key: 'hooks', id: 'msg_1', payload: '{"n":1}' }

t.test('a webhook is signed as Standard Webhooks say, and verified', async (t) => {
  const signed = await room.ask('keys.sign', hook)
  const secret = Buffer.from((hooks.secret ?? '').slice('whsec_'.length), 'base64')
  const text = `msg_1.${signed.timestamp}.{"n":1}`
  t.equal(signed.header, `v1,${createHmac('sha256', secret).update(text).digest('base64')}`)
  const { timestamp, header } = signed
  const check = (more: object = {}) =>
    room.ask('keys.verify', { ...hook, timestamp, signatures: header, ...more })
  t.same(await check(), { valid: true, algorithm: 'v1', keyVersion: 1 })
  t.match(await check({ signatures: `v1,AAAA v2,x v1a,${signed.signature} ${header}` }), {
    valid: true,
  })
  for (const more of [
    { id: 'msg_2' },
    { payload: '{"n":2}' },
    { timestamp: timestamp + 1 },
    { signatures: header.replace('v1,', 'v1a,') },
    { signatures: 'v1,' },
    { signatures: `v1,${'A'.repeat(43)}=` },
    // Beyond the eighth nothing is looked at.
    { signatures: `${'v1,AAAA '.repeat(8)}${header}` },
  ]) {
    t.match(await check(more), { valid: false, reason: 'signature' }, JSON.stringify(more))
  }
})

t.test('a webhook of another time is none, whoever signed it', async (t) => {
  const { timestamp, header: signatures } = await room.ask('keys.sign', hook)
  const check = (more: object = {}) =>
    room.ask('keys.verify', { ...hook, timestamp, signatures, ...more })
  room.now += 301_000
  t.match(await check(), { valid: false, reason: 'timestamp' })
  t.match(await check({ toleranceS: 600 }), { valid: true })
  room.now -= 602_000
  t.match(await check(), { valid: false, reason: 'timestamp' })
  room.now += 301_000
})

t.test('a webhook by a public key, and one whose secret was rotated', async (t) => {
  const signed = await room.ask('keys.sign', { ...hook, key: 'ed' })
  t.match(signed.header, /^v1a,/)
  const { timestamp, header: signatures } = signed
  const { key: _, ...message } = { ...hook, timestamp, signatures }
  const publicKey = await pemOf('ed')
  t.match(await room.ask('keys.verify', { ...message, publicKey }), { valid: true })
  const old = await room.ask('keys.sign', hook)
  await room.keys.service.rotate(caller, 'acme', 'hooks')
  const before = { ...hook, timestamp: old.timestamp, signatures: old.header }
  t.match(await room.ask('keys.verify', before), { valid: true, keyVersion: 1 })
  await room.keys.service.rotate(caller, 'acme', 'hooks')
  t.match(await room.ask('keys.verify', before), { valid: false })
})

t.test('what a plugin is shown of a key holds nothing private', async (t) => {
  for (const key of ['rsa', 'ed', 'hooks']) {
    const shown = await room.ask('keys.publicKey', { key })
    for (const { publicKeyPem, jwk } of shown.versions) {
      t.notOk(Object.hasOwn(jwk ?? {}, 'd'))
      if (publicKeyPem !== undefined) t.throws(() => createPrivateKey(publicKeyPem))
    }
    t.notMatch(JSON.stringify(shown), /whsec|sealed/)
  }
})
