import { createHash, createPublicKey } from 'node:crypto'
import { jwtVerify } from 'jose'
import t from 'tap'
import { caller, KeyRoom } from '../support/key-room.ts'
import { digestOf, signedAttributes } from '../support/signed-document.ts'

const room = await KeyRoom.open(t)
const document = Buffer.from('a contract 合同')
const documentSha256 = createHash('sha256').update(document).digest('hex')
const jwt = { issuer: 'https://acme.example', maxTtlS: 300 }

await room.make({ id: 'seal', algorithm: 'ec-p256', usages: ['cms'] })
const certificate = await room.certify('seal')
await room.make({ id: 'tokens', algorithm: 'ed25519', usages: ['jwt'], policy: { jwt } })
await room.make({ id: 'hooks', algorithm: 'hmac-sha256', usages: ['webhook'] })

const statement = (attributes = signedAttributes(digestOf('sha256', document), certificate)) => ({
  usage: 'cms',
  signedAttributes: attributes.toString('base64'),
  documentSha256,
  digestAlgorithm: 'sha256',
})
const seal = (more: object = {}) => room.ask('keys.sign', { key: 'seal', ...statement(), ...more })
const token = (claims: object, more: object = {}) =>
  room.ask('keys.sign', { key: 'tokens', usage: 'jwt', claims, ...more })

t.test('a document is signed by its attributes, and verified by them', async (t) => {
  const signed = await seal()
  t.match(signed, { algorithm: 'ecdsa-sha256', keyVersion: 1 })
  t.equal(signed.certificate, certificate.toString('base64'))
  const { signature } = signed
  const verified = await room.ask('keys.verify', { key: 'seal', ...statement(), signature })
  t.same(verified, { valid: true, algorithm: 'ecdsa-sha256', keyVersion: 1 })
  const pem = new Uint8Array(certificate)
  const text = `-----BEGIN CERTIFICATE-----\n${Buffer.from(pem).toString('base64')}\n-----END CERTIFICATE-----`
  t.match(await room.ask('keys.verify', { certificate: text, ...statement(), signature }), {
    valid: true,
  })
  const another = { ...statement(), documentSha256: '0'.repeat(64) }
  t.match(await room.ask('keys.verify', { key: 'seal', ...another, signature }), {
    valid: false,
    reason: 'attributes',
  })
  const forged = Buffer.from(signature, 'base64')
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  t.match(
    await room.ask('keys.verify', {
      key: 'seal',
      ...statement(),
      signature: forged.toString('base64'),
    }),
    { valid: false, reason: 'signature' },
  )
})

t.test('each signature stands in the audit, with what was signed', async (t) => {
  const before = await room.audit()
  await seal()
  await token({ sub: 'user:7', aud: ['erp'] })
  await room.ask('keys.sign', { key: 'hooks', usage: 'webhook', id: 'msg_1', payload: '{}' })
  const entries = (await room.audit()).slice(before.length)
  t.match(entries, [
    {
      tenant: 'acme',
      actor: 'plugin:@test/one',
      subject: 'seal',
      outcome: 'begun',
      detail: {
        usage: 'cms',
        keyVersion: 1,
        documentSha256,
        documentSeen: false,
        version: '1.0.0',
      },
    },
    {
      subject: 'tokens',
      detail: { usage: 'jwt', iss: jwt.issuer, sub: 'user:7', aud: ['erp'], exp: Number },
    },
    { subject: 'hooks', detail: { usage: 'webhook', webhook: 'msg_1', payloadSha256: String } },
  ])
  t.match(room.uses.at(-1), { capability: 'keys:sign', facet: 'webhook hooks', outcome: 'done' })
})

t.test('to sign a document uses the room that it is kept in', async (t) => {
  room.grant('acme', [
    { capability: 'keys:sign', usage: 'cms' },
    { capability: 'blob:own', quotaMb: 1 },
    { capability: 'keys:sign', usage: 'jwt' },
    { capability: 'keys:verify' },
  ])
  await seal()
  t.match(room.uses.slice(-2), [
    { capability: 'keys:sign', grant: 'grt_0' },
    { capability: 'blob:own', grant: 'grt_1', facet: 'cms seal' },
  ])
  await token({ sub: 'user:7' })
  t.match(room.uses.at(-1), { capability: 'keys:sign', grant: 'grt_2' })
  room.grantAll('acme')
})

t.test('no signature leaves the host where its audit cannot be written', async (t) => {
  await room.knex.raw('alter table audit_entries rename to audit_entries_away')
  await t.rejects(seal())
  await t.rejects(token({ sub: 'user:7' }))
  await room.knex.raw('alter table audit_entries_away rename to audit_entries')
  t.ok(await seal())
})

t.test('a token says what the host adds, by the one algorithm of the key', async (t) => {
  const signed = await token({ sub: 'user:7', role: 'buyer' }, { expiresInS: 60 })
  const { versions } = await room.ask('keys.publicKey', { key: 'tokens' })
  const { payload, protectedHeader } = await jwtVerify(
    signed.token,
    createPublicKey(versions[0].publicKeyPem),
    { currentDate: new Date(room.now) },
  )
  t.match(protectedHeader, { alg: 'EdDSA', kid: 'tokens.1', typ: 'JWT' })
  const iat = Math.floor(room.now / 1000)
  t.match(payload, { iss: jwt.issuer, iat, exp: iat + 60, sub: 'user:7', role: 'buyer' })
  t.type(payload.jti, 'string')
  const verified = await room.ask('keys.verify', {
    usage: 'jwt',
    key: 'tokens',
    token: signed.token,
  })
  t.match(verified, { valid: true, keyVersion: 1, claims: { sub: 'user:7' } })
})

const refused = 'CORE_SIGNED_CONTENT_REFUSED'

t.test('claims that are the host’s, or that last too long, are refused', async (t) => {
  const future = Math.floor(room.now / 1000) + 1e6
  const claims = [{ iss: 'https://evil.example' }, { iat: 0 }, { exp: future }]
  for (const one of claims) await t.rejects(token(one), { code: refused })
  await t.rejects(token({}, { expiresInS: 301 }), { code: refused })
  for (const sub of ['', 7, null, 'x'.repeat(256), 'a\u0000', '\ud800', {}]) {
    await t.rejects(token({ sub }), { code: refused })
  }
  for (const aud of [[], [''], Array(11).fill('a'), { a: 1 }]) {
    await t.rejects(token({ aud }), { code: refused })
  }
  await t.rejects(token({ nbf: '1' }), { code: refused })
  await t.rejects(token({ text: 'x'.repeat(5000) }), { code: refused })
})

t.test('neither another tenant nor another usage gets a signature', async (t) => {
  const request = { key: 'seal', ...statement() }
  await t.rejects(room.ask('keys.sign', request, 'globex'), { code: 'CORE_KEY_MISSING' })
  await t.rejects(room.ask('keys.sign', { ...request, key: 'tokens' }), {
    code: 'CORE_KEY_USAGE_REFUSED',
  })
  const message = { usage: 'webhook', id: 'msg_1', payload: '' }
  await t.rejects(room.ask('keys.sign', { key: 'seal', ...message }), {
    code: 'CORE_KEY_USAGE_REFUSED',
  })
  await t.rejects(room.ask('keys.sign', request, 'acme', '@test/other'), {
    code: 'CORE_GRANT_MISSING',
  })
  await t.rejects(room.ask('keys.publicKey', { key: 'seal' }, 'globex'), {
    code: 'CORE_KEY_MISSING',
  })
  t.same(await room.audit().then((all) => all.filter(({ tenant }) => tenant === 'globex')), [])
})

t.test('a grant reaches the usage and the key that it names, no other', async (t) => {
  room.grant('acme', [
    { capability: 'keys:sign', usage: 'jwt', key: 'tokens' },
    { capability: 'keys:verify', usage: 'jwt' },
  ])
  t.ok(await token({}))
  await t.rejects(seal(), { code: 'CORE_GRANT_MISSING' })
  await t.rejects(room.ask('keys.sign', { key: 'other', usage: 'jwt', claims: {} }), {
    code: 'CORE_GRANT_MISSING',
  })
  const check = {
    usage: 'webhook',
    key: 'hooks',
    id: 'a',
    timestamp: 1,
    payload: '',
    signatures: 'v1,',
  }
  await t.rejects(room.ask('keys.verify', check), { code: 'CORE_GRANT_MISSING' })
  room.grant('acme', [{ capability: 'keys:verify' }])
  await t.rejects(token({}), { code: 'CORE_GRANT_MISSING' })
  room.grant('acme', [
    { capability: 'keys:sign', usage: 'cms' },
    { capability: 'keys:sign', usage: 'jwt' },
    { capability: 'keys:sign', usage: 'webhook' },
    { capability: 'keys:verify' },
  ])
})

t.test('a key that its policy keeps from the plugin signs nothing for it', async (t) => {
  const policy = { jwt, plugins: ['@other/plugin'] }
  await room.make({ id: 'theirs', algorithm: 'ed25519', usages: ['jwt'], policy })
  await t.rejects(room.ask('keys.sign', { key: 'theirs', usage: 'jwt', claims: {} }), {
    code: 'CORE_KEY_USAGE_REFUSED',
  })
})

t.test('a disabled key signs nothing more, proves nothing, and stays disabled', async (t) => {
  await room.make({ id: 'gone', algorithm: 'ed25519', usages: ['jwt'], policy: { jwt } })
  const signed = await room.ask('keys.sign', { key: 'gone', usage: 'jwt', claims: {} })
  await room.keys.service.disable(caller, 'acme', 'gone')
  await t.rejects(room.ask('keys.sign', { key: 'gone', usage: 'jwt', claims: {} }), {
    code: 'CORE_KEY_DISABLED',
  })
  t.same(await room.ask('keys.verify', { usage: 'jwt', key: 'gone', token: signed.token }), {
    valid: false,
    reason: 'key-disabled',
  })
  const { service } = room.keys
  await t.rejects(service.disable(caller, 'acme', 'gone'), { code: 'CORE_KEY_DISABLED' })
  await t.rejects(service.rotate(caller, 'acme', 'gone'), { code: 'CORE_KEY_DISABLED' })
})

t.test('an expired key signs nothing more', async (t) => {
  const expiresAt = new Date(room.now + 60_000).toISOString()
  const policy = { jwt, expiresAt }
  await room.make({ id: 'brief', algorithm: 'ed25519', usages: ['jwt'], policy })
  t.ok(await room.ask('keys.sign', { key: 'brief', usage: 'jwt', claims: {} }))
  room.now += 60_000
  await t.rejects(room.ask('keys.sign', { key: 'brief', usage: 'jwt', claims: {} }), {
    code: 'CORE_KEY_EXPIRED',
  })
})

t.test('a key makes as many signatures an hour as it may, however many ask at once', async (t) => {
  const policy = { jwt, maxPerHour: 5 }
  await room.make({ id: 'rare', algorithm: 'ed25519', usages: ['jwt'], policy })
  const ask = () => room.ask('keys.sign', { key: 'rare', usage: 'jwt', claims: {} })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, ask))
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 5)
  await t.rejects(ask(), { code: 'CORE_KEY_SPENT' })
  const audited = (await room.audit()).filter(({ subject }) => subject === 'rare')
  t.equal(audited.length, 5)
  room.now += 3_600_000
  t.ok(await ask())
})

t.test('an expired certificate signs nothing', async (t) => {
  await room.make({ id: 'short', algorithm: 'ec-p256', usages: ['cms'] })
  const own = await room.certify('short', 'acme', 1)
  const ask = () =>
    room.ask('keys.sign', {
      key: 'short',
      ...statement(signedAttributes(digestOf('sha256', document), own)),
    })
  t.ok(await ask())
  const before = room.now
  room.now += 2 * 86_400_000
  await t.rejects(ask(), { code: 'CORE_KEY_CERTIFICATE_MISSING' })
  room.now = before
})

t.test('a rotated key signs by its new version, a document once that is certified', async (t) => {
  const { service } = room.keys
  await service.rotate(caller, 'acme', 'tokens')
  t.match(await token({}), { keyVersion: 2 })
  await service.rotate(caller, 'acme', 'seal')
  t.match(await seal(), { keyVersion: 1 })
  const renewed = await room.certify('seal')
  const attributes = signedAttributes(digestOf('sha256', document), renewed)
  await t.rejects(seal(), { code: refused })
  t.match(await seal({ signedAttributes: attributes.toString('base64') }), { keyVersion: 2 })
})

t.test('the host looks at the document itself where it holds it', async (t) => {
  const held = new Map([[documentSha256, document]])
  room.blobOf = async (plugin, tenant, { documentSha256: sha256, documentParts }) => {
    const isOwn = plugin === '@test/one' && tenant === 'acme'
    const bytes = documentParts === undefined ? held.get(sha256) : document
    if (!isOwn) return undefined
    return bytes && { digest: async (algorithm) => digestOf(algorithm, bytes) }
  }
  const { versions } = await room.keys.service.get('acme', 'seal')
  const own = versions[0]?.certificates[0] as Buffer
  const claim = (
    digestAlgorithm: 'sha256' | 'sha384',
    bytes: Buffer,
    sha256 = documentSha256,
    parts: object = {},
  ) => {
    const digest = digestOf(digestAlgorithm, bytes)
    const attributes = signedAttributes(digest, own).toString('base64')
    const more = {
      digest: digest.toString('hex'),
      documentSha256: sha256,
      digestAlgorithm,
      ...parts,
    }
    return room.ask('keys.signBlob', {
      key: 'seal',
      usage: 'cms',
      signedAttributes: attributes,
      ...more,
    })
  }
  t.ok(await claim('sha256', document))
  t.ok(await claim('sha384', document))
  const other = Buffer.from('another contract')
  await t.rejects(claim('sha384', other), { code: refused, message: /not the document's/ })
  await t.rejects(claim('sha256', other), { code: refused, message: /different documents/ })
  const sha256 = digestOf('sha256', other).toString('hex')
  await t.rejects(claim('sha256', other, sha256), { code: refused, message: /no such document/ })
  t.match((await room.audit('capability.keys.signBlob')).at(-1), { detail: { documentSeen: true } })
  const parts = { documentParts: [{ sha256: documentSha256, length: 3 }, { data: 'AAAA' }] }
  t.ok(await claim('sha384', document, documentSha256, parts))
  const another = { code: refused, message: /documentParts make another/ }
  await t.rejects(claim('sha256', other, sha256, parts), another)
  await t.rejects(claim('sha384', document, sha256, parts), another)
})

t.test('a sealed private half opens nowhere but in its own row', async (t) => {
  const pair = { algorithm: 'ed25519', usages: ['jwt'], policy: { jwt } } as const
  await room.make({ id: 'one', ...pair })
  await room.make({ id: 'two', ...pair })
  await room.make({ id: 'one', ...pair }, 'globex')
  const sealed = room.knex('signing_key_versions')
  const { sealed: moved } = await sealed.clone().where({ tenant: 'acme', key: 'one' }).first()
  await sealed.clone().where({ key: 'two' }).update({ sealed: moved })
  await sealed.clone().where({ tenant: 'globex', key: 'one' }).update({ sealed: moved })
  await t.rejects(room.ask('keys.sign', { key: 'two', usage: 'jwt', claims: {} }))
  await t.rejects(room.ask('keys.sign', { key: 'one', usage: 'jwt', claims: {} }, 'globex'))
  t.ok(await room.ask('keys.sign', { key: 'one', usage: 'jwt', claims: {} }))
})

t.test(
  'no private half stands anywhere in the database, or in what an admin is shown',
  async (t) => {
    const { rows } = await room.knex.raw('select sealed from signing_key_versions')
    for (const { sealed } of rows)
      t.notOk(Buffer.from(sealed).includes(Buffer.from('302e0201', 'hex')))
    const made = await room.make({ id: 'shown', algorithm: 'rsa-2048', usages: ['cms'] })
    t.notMatch(JSON.stringify(made), /PRIVATE|secret|sealed/)
    const hook = await room.make({ id: 'shared', algorithm: 'hmac-sha256', usages: ['webhook'] })
    t.match(hook.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    t.notMatch(JSON.stringify(await room.keys.service.get('acme', 'shared')), /whsec/)
  },
)

t.test(
  'a plugin that asks without end is told to wait, and no signature is lost to it',
  async (t) => {
    room.msBetweenCalls = 0
    const message = { key: 'hooks', usage: 'webhook', id: 'msg_2', payload: '' }
    const ask = () => room.ask('keys.sign', message)
    const outcomes = await Promise.allSettled(Array.from({ length: 110 }, ask))
    const codes = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    t.same(new Set(codes), new Set(['CORE_BUDGET_SPENT']))
    t.ok(codes.length >= 10)
    room.msBetweenCalls = 1000
    t.ok(await ask())
  },
)
