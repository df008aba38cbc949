import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { jwtVerify } from 'jose'
import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { OpenSsl } from '../support/openssl.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { installSeal, sealSetup } from '../support/seal.ts'
import { keyFile } from '../support/sealing.ts'
import { derOf, digestOf, signedAttributes } from '../support/signed-document.ts'

const { hostUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_KEY_FILE: await keyFile(t) },
}
const host = await HostProcess.start(t, settings)
await installSeal(host)
const acme = await setUpTenant(host, 'acme', sealSetup)
const globex = await setUpTenant(host, 'globex', sealSetup)
const admin = host.as(acme.adminToken)
const keys = '/v1/tenants/acme/keys'
const call = (operation: string, input: unknown, { key } = acme) =>
  callProbe(host, key, operation, input, 'seal.one')

t.test('an admin makes a key, a plugin signs by it, and anybody can verify', async (t) => {
  const jwt = { issuer: 'https://acme.example', maxTtlS: 300 }
  const wish = { id: 'passes', algorithm: 'ec-p256', usages: ['jwt'], policy: { jwt } }
  const made = await admin.request<object>('POST', keys, wish)
  t.match(made, { id: 'passes', state: 'active', versions: [{ version: 1, certificates: [] }] })
  t.match(await refusal(admin.request('POST', keys, wish)), { code: 'CORE_KEY_EXISTS' })
  const { status, body } = await call('issuePass', { gate: 'north' })
  t.equal(status, 200)
  const shown = await admin.request<{ versions: { publicKeyPem: string }[] }>(
    'GET',
    `${keys}/passes`,
  )
  const { payload } = await jwtVerify(
    body.token,
    createPublicKey(shown.versions[0]?.publicKeyPem ?? ''),
    { issuer: jwt.issuer },
  )
  t.match(payload, { sub: 'app:app', gate: 'north' })
  t.match(await call('checkPass', { token: body.token }), { body: { gate: 'north' } })
  t.match(await call('checkPass', { token: `${body.token}x` }), { body: { gate: null } })
  const { items } = await admin.request<{ items: { action: string }[] }>('GET', '/v1/audit')
  t.match(
    items.find(({ action }) => action.startsWith('capability.')),
    {
      actor: 'plugin:@seal/one',
      action: 'capability.keys.sign',
      subject: 'passes',
      detail: { usage: 'jwt', sub: 'app:app', iss: jwt.issuer },
    },
  )
  t.match(await call('issuePass', { gate: 'north' }, globex), {
    status: 404,
    body: { code: 'CORE_KEY_MISSING' },
  })
})

t.test('a document is signed by a certified SM2 key', async (t) => {
  const openssl = await OpenSsl.start(t)
  await openssl.makeAuthority()
  await admin.request('POST', keys, { id: 'seal', algorithm: 'sm2', usages: ['cms'] })
  const subject = { commonName: '合同专用章', country: 'CN' }
  const { request } = await admin.request<{ request: string }>(
    'POST',
    `${keys}/seal/certificate-requests`,
    subject,
  )
  const chain = await openssl.certify(request)
  await admin.request('PUT', `${keys}/seal/certificate`, { chain })
  const document = 'a contract'
  const digest = digestOf('sm3', Buffer.from(document))
  const input = {
    key: 'seal',
    usage: 'cms',
    signedAttributes: signedAttributes(digest, derOf(chain)).toString('base64'),
    documentSha256: digestOf('sha256', Buffer.from(document)).toString('hex'),
    digestAlgorithm: 'sm3',
    digest: digest.toString('hex'),
  }
  const absent = { status: 422, body: { code: 'CORE_SIGNED_CONTENT_REFUSED' } }
  t.match(await call('sign', input), absent, 'the host has not seen the document')
  await call('keep', { document }, globex)
  t.match(await call('sign', input), absent, 'another tenant has it')
  await call('keep', { document })
  t.match(await call('sign', input), { status: 200, body: { algorithm: 'sm2-sm3' } })
  const raw = { ...input, signedAttributes: digest.toString('base64') }
  t.match(await call('sign', raw), {
    status: 422,
    body: { code: 'CORE_SIGNED_CONTENT_REFUSED', title: /no DER/ },
  })
  const other = await openssl.certify(
    (
      await admin.request<{ request: string }>(
        'POST',
        `${keys}/passes/certificate-requests`,
        subject,
      )
    ).request,
  )
  t.match(await refusal(admin.request('PUT', `${keys}/seal/certificate`, { chain: other })), {
    code: 'CORE_CERTIFICATE_REFUSED',
  })
})

t.test('a signer gets a certificate of the CA key of the tenant, and signs once', async (t) => {
  const openssl = await OpenSsl.start(t)
  await openssl.makeAuthority()
  const certificate = { maxTtlS: 3600, subjectFields: ['organization'] }
  const wish = { id: 'signers', algorithm: 'ec-p256', usages: ['certificate'] }
  t.match(await refusal(admin.request('POST', keys, wish)), {
    errors: [{ pointer: '/policy/certificate' }],
  })
  t.match(await admin.request('POST', keys, { ...wish, policy: { certificate } }), {
    policy: { certificate },
  })
  const { request } = await admin.request<{ request: string }>(
    'POST',
    `${keys}/signers/certificate-requests`,
    { commonName: 'Acme signers' },
  )
  const plain = await openssl.certify(request)
  t.match(await refusal(admin.request('PUT', `${keys}/signers/certificate`, { chain: plain })), {
    code: 'CORE_CERTIFICATE_REFUSED',
  })
  const chain = await openssl.certifyAuthority(request)
  await admin.request('PUT', `${keys}/signers/certificate`, { chain })
  const signer = { usage: 'certificate', key: 'signers', subject: { commonName: '张三' } }
  const { status, body: made } = await call('certify', signer)
  t.equal(status, 200)
  await openssl.write(
    'leaf.pem',
    new X509Certificate(Buffer.from(made.certificate, 'base64')).toString(),
  )
  await openssl.write('chain.pem', chain)
  const path = ['-CAfile', 'ca.pem', '-untrusted', 'chain.pem', '-x509_strict', 'leaf.pem']
  t.match(await openssl.run('verify', ...path), /leaf.pem: OK/)
  const document = 'a contract of Zhang San'
  await call('keep', { document })
  const digest = digestOf('sha256', Buffer.from(document))
  const attributes = signedAttributes(digest, Buffer.from(made.certificate, 'base64'))
  const input = {
    key: 'signers',
    usage: 'cms',
    oneTimeKey: made.oneTimeKey,
    signedAttributes: attributes.toString('base64'),
    documentSha256: digest.toString('hex'),
    digestAlgorithm: 'sha256',
  }
  t.match(await call('sign', input, globex), { status: 404 }, 'another tenant has no such key')
  const { body: signed } = await call('sign', input)
  const { publicKey } = new X509Certificate(Buffer.from(made.certificate, 'base64'))
  t.ok(verify('sha256', attributes, publicKey, Buffer.from(signed.signature, 'base64')))
  t.match(await call('sign', input), { status: 409, body: { code: 'CORE_KEY_ONE_TIME_MISSING' } })
  const { items } = await admin.request<{ items: { action: string }[] }>('GET', '/v1/audit')
  const signatures = items.filter(({ action }) => action === 'capability.keys.sign')
  t.match(signatures.slice(0, 2), [
    { subject: 'signers', detail: { usage: 'cms', signer: { commonName: '张三' } } },
    { subject: 'signers', detail: { usage: 'certificate', subject: { commonName: '张三' } } },
  ])
})

t.test('what a key cannot be is refused at the edge, with a pointer', async (t) => {
  const wish = { id: 'odd', algorithm: 'ed25519', usages: ['jwt'] }
  const pointers = async (more: object) =>
    (await refusal(admin.request('POST', keys, { ...wish, ...more }))).errors?.map(
      ({ pointer }) => pointer,
    )
  t.same(await pointers({}), ['/policy/jwt'])
  t.same(await pointers({ algorithm: 'sm2', usages: ['cms', 'webhook'] }), ['/usages/1'])
  t.ok(await pointers({ algorithm: 'rsa-1024' }))
  t.ok(await pointers({ usages: [] }))
  t.ok(await pointers({ usages: ['cms'], policy: { maxPerHour: 0 } }))
  t.same(await pointers({ usages: ['cms'], policy: { expiresAt: '2020-01-01T00:00:00Z' } }), [
    '/policy/expiresAt',
  ])
  t.same(await pointers({ usages: ['cms'], policy: { expiresAt: '2099-99-99T00:00:00Z' } }), [
    '/policy/expiresAt',
  ])
})

t.test('keys outlive kill -9, and a disabled one stays so', async (t) => {
  await admin.request('POST', `${keys}/passes:disable`)
  await host.kill()
  const again = await HostProcess.start(t, settings)
  const after = again.as(acme.adminToken)
  t.match(await after.request('GET', keys), {
    items: [
      { id: 'passes', state: 'disabled' },
      { id: 'seal', state: 'active' },
      { id: 'signers', state: 'active' },
    ],
  })
  t.match(await callProbe(again, acme.key, 'issuePass', { gate: 'x' }, 'seal.one'), {
    status: 409,
    body: { code: 'CORE_KEY_DISABLED' },
  })
  await after.request('POST', `${keys}/seal:rotate`)
  t.match(await after.request('GET', `${keys}/seal`), {
    versions: [{ version: 2 }, { version: 1 }],
  })
  await again.kill()
})

t.test('who has the database and another key file gets no signature', async (t) => {
  const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
  const thief = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
  const asAdmin = thief.as(acme.adminToken)
  t.match(await refusal(asAdmin.request('POST', `${keys}/seal:rotate`)), {
    status: 503,
    code: 'CORE_HOST_KEY_MISSING',
  })
  const request = asAdmin.request('POST', `${keys}/seal/certificate-requests`, { commonName: 'A' })
  t.match(await refusal(request), { status: 503, code: 'CORE_HOST_KEY_MISSING' })
})
