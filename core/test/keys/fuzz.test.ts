import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { KeyRoom } from '../support/key-room.ts'
import { digestOf, signedAttributes } from '../support/signed-document.ts'

const room = await KeyRoom.open(t)
const jwt = { issuer: 'https://acme.example', maxTtlS: 300 }
await room.make({ id: 'seal', algorithm: 'ec-p256', usages: ['cms'] })
const certificate = await room.certify('seal')
const certifies = { maxTtlS: 600, subjectFields: ['country', 'email'] as const }
await room.make({
  id: 'signers',
  algorithm: 'ec-p256',
  usages: ['certificate'],
  policy: { certificate: certifies },
})
await room.certifyAuthority('signers')
await room.make({ id: 'tokens', algorithm: 'ed25519', usages: ['jwt'], policy: { jwt } })
await room.make({ id: 'hooks', algorithm: 'hmac-sha256', usages: ['webhook'] })

const digest = digestOf('sha256', Buffer.from('a contract'))
const hex = digest.toString('hex')
const attributes = signedAttributes(digest, certificate).toString('base64')
const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----`

/** What a field may be: mostly something that fits it, and anything else. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', '', -1, 1e308, 'x'.repeat(5000)),
)
const either = (...fitting: unknown[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: anything },
  )

const fields = {
  key: either('seal', 'signers', 'tokens', 'hooks', 'nobody'),
  usage: either('cms', 'certificate', 'jwt', 'webhook'),
  subject: fc.oneof(
    fc.record(
      {
        commonName: either('A', '张三'),
        country: either('CN'),
        email: either('a@b.example'),
        organization: either('B'),
      },
      { requiredKeys: [] },
    ),
    anything,
  ),
  ttlS: either(60, 600, 601),
  signedAttributes: either(attributes, hex),
  documentSha256: either(hex),
  digestAlgorithm: either('sha256', 'sha384', 'sha512', 'sm3'),
  digest: either(hex),
  padding: either('pkcs1', 'pss'),
  profile: either('pades', 'cms'),
  claims: fc.oneof(
    fc.dictionary(either('sub', 'aud', 'iss', 'exp').map(String), anything),
    anything,
  ),
  expiresInS: either(1, 300, 301),
  id: either('msg_1', 'eyJhbGciOiJub25lIn0'),
  payload: either('', '{}'),
  timestamp: either(Math.floor(room.now / 1000)),
  signatures: either('v1,AAAA', 'v1a,AAAA v1,AAAA'),
  signature: either('AAAA', hex),
  token: either('e30.e30.', 'a.b.c'),
  publicKey: either(pem),
  certificate: either(pem),
  audience: either('erp'),
  issuer: either(jwt.issuer),
  toleranceS: either(1, 300),
}

type Field = keyof typeof fields

/** Only the fields of one usage, so that many requests fit their schema. */
const signed: Readonly<Record<string, readonly Field[]>> = {
  cms: ['signedAttributes', 'documentSha256', 'digestAlgorithm', 'digest', 'padding', 'profile'],
  certificate: ['subject', 'ttlS'],
  jwt: ['claims', 'expiresInS'],
  webhook: ['id', 'payload'],
}
const verified: typeof signed = {
  cms: [...(signed.cms ?? []), 'signature', 'certificate'],
  jwt: ['token', 'publicKey', 'certificate', 'audience', 'issuer'],
  webhook: ['id', 'payload', 'timestamp', 'signatures', 'toleranceS', 'publicKey'],
}
const keyOf: Readonly<Record<string, string>> = {
  cms: 'seal',
  certificate: 'signers',
  jwt: 'tokens',
  webhook: 'hooks',
}

const requestOf = (usages: typeof signed) =>
  fc.constantFrom(...Object.keys(usages)).chain((usage) => {
    const names: readonly Field[] = usages[usage] ?? []
    const chosen = names.map((name) => [name, fc.option(fields[name], { nil: undefined, freq: 8 })])
    const key = fc.oneof({ weight: 6, arbitrary: fc.constant(keyOf[usage]) }, fields.key)
    return fc.record({ ...Object.fromEntries(chosen), key, usage: either(usage) })
  })

const requests = {
  'keys.sign': requestOf(signed),
  'keys.verify': requestOf(verified),
  'keys.publicKey': fc.record({ key: fields.key }),
}

async function answers(name: string, body: unknown, tenant?: string): Promise<boolean> {
  try {
    await room.ask(name, body, tenant)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

for (const [name, request] of Object.entries(requests)) {
  t.test(`${name}: whatever is sent, the answer is a value or a coded refusal`, async (t) => {
    const body: fc.Arbitrary<unknown> = fc.oneof({ weight: 5, arbitrary: request }, anything)
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        await answers(name, sent)
        // A tenant that has no keys gets nothing by any words.
        const isOwn = typeof sent === 'object' && sent !== null && 'key' in sent
        if (isOwn && sent.key !== undefined) return !(await answers(name, sent, 'globex'))
        return true
      }),
      { numRuns: 300, seed: 16 },
    )
    t.pass()
  })
}

t.test('what was signed in all of it is one of three things', async (t) => {
  const entries = await room.audit()
  t.ok(entries.length > 5, `${entries.length} signatures`)
  for (const { detail, tenant } of entries) {
    t.equal(tenant, 'acme')
    if (detail.usage === 'cms') t.equal(detail.documentSha256, hex)
    else if (detail.usage === 'jwt') t.equal(detail.iss, jwt.issuer)
    else t.equal(detail.usage, 'webhook')
  }
})
