import { createHash, X509Certificate } from 'node:crypto'
import t from 'tap'
import type { DigestName, KeyAlgorithm } from '../../src/keys/key-algorithms.ts'
import { pemOf } from '../../src/keys/key-pair.ts'
import { sweepOneTimeKeys } from '../../src/keys/one-time/one-time-key-sweep.ts'
import { publicKeyOf, verifyBytes } from '../../src/keys/signature-schemes.ts'
import { StopStack } from '../../src/stop-stack.ts'
import { oid, sequence } from '../support/der.ts'
import { caller, KeyRoom } from '../support/key-room.ts'
import { DISTID } from '../support/openssl.ts'
import { cmsMessage, digestOf, signedAttributes } from '../support/signed-document.ts'

const room = await KeyRoom.open(t)
const { openssl, knex } = room
const document = Buffer.from('%PDF-1.7 a contract 合同')
const documentSha256 = digestOf('sha256', document).toString('hex')
const subject = {
  commonName: '张三',
  organization: 'Acme 有限公司',
  serialNumber: 'ID-0042',
  country: 'CN',
  email: 'zhang.san@acme.example',
}
const policy = {
  certificate: {
    maxTtlS: 3600,
    subjectFields: ['organization', 'serialNumber', 'country', 'email'],
  },
} as const

const certify = (key: string, more: object = {}, tenant = 'acme', plugin?: string) =>
  room.ask('keys.sign', { usage: 'certificate', key, subject, ...more }, tenant, plugin)

function statement(
  certificate: string,
  digestAlgorithm: DigestName = 'sha256',
  hash = digestOf(digestAlgorithm, document),
) {
  const attributes = signedAttributes(hash, Buffer.from(certificate, 'base64'))
  const digest = digestAlgorithm === 'sha256' ? {} : { digest: hash.toString('hex') }
  return {
    usage: 'cms',
    signedAttributes: attributes.toString('base64'),
    documentSha256,
    digestAlgorithm,
    ...digest,
  }
}

const sign = (key: string, made: { oneTimeKey: string; certificate: string }, more: object = {}) =>
  room.ask('keys.sign', {
    key,
    oneTimeKey: made.oneTimeKey,
    ...statement(made.certificate),
    ...more,
  })

async function makeAuthority(id: string, algorithm: KeyAlgorithm = 'ec-p256') {
  await room.make({ id, algorithm, usages: ['certificate'], policy })
  return room.certifyAuthority(id)
}

const kinds: readonly [KeyAlgorithm, string, DigestName][] = [
  ['ec-p256', 'ec-p256', 'sha256'],
  ['rsa-3072', 'ec-p256', 'sha256'],
  ['ec-p384', 'ec-p384', 'sha384'],
  ['ed25519', 'ed25519', 'sha512'],
  ['sm2', 'sm2', 'sm3'],
]

for (const [algorithm, leaf, digest] of kinds) {
  t.test(
    `a signer certified by ${algorithm} signs once, and OpenSSL verifies the chain`,
    async (t) => {
      const id = `ca-${algorithm}`
      const authority = await makeAuthority(id, algorithm)
      const made = await certify(id)
      t.match(made, { oneTimeKey: /^otk_[0-9a-f]{32}$/, algorithm: leaf, keyVersion: 1 })
      t.same(
        made.chain.map((der: string) => new X509Certificate(Buffer.from(der, 'base64')).toString()),
        [authority],
      )
      const certificate = Buffer.from(made.certificate, 'base64')
      await openssl.write('leaf.pem', pemOf('CERTIFICATE', certificate))
      await openssl.write('chain.pem', authority)
      const vfy = algorithm === 'sm2' ? ['-vfyopt', DISTID] : []
      const path = ['-CAfile', 'ca.pem', '-untrusted', 'chain.pem', '-x509_strict', 'leaf.pem']
      t.match(await openssl.run('verify', ...vfy, ...path), /leaf.pem: OK/)
      const hash = digestOf(digest, document)
      const asked = { key: id, oneTimeKey: made.oneTimeKey, ...statement(made.certificate, digest) }
      const signed = await room.ask('keys.sign', asked)
      t.match(signed, { certificate: made.certificate, keyVersion: 1 })
      const attributes = signedAttributes(hash, certificate)
      const signature = Buffer.from(signed.signature, 'base64')
      const spki = new X509Certificate(certificate).publicKey.export({
        format: 'der',
        type: 'spki',
      })
      const family = leaf.startsWith('ec-') ? 'ecdsa' : (leaf as 'sm2' | 'ed25519')
      t.ok(await verifyBytes({ family, digest }, publicKeyOf(spki), attributes, signature))
      await t.rejects(room.ask('keys.sign', asked), { code: 'CORE_KEY_ONE_TIME_MISSING' }, 'once')
      if (family !== 'ecdsa') return
      const identifier = sequence(oid(`1.2.840.10045.4.3.${digest === 'sha384' ? 3 : 2}`))
      const chain = [new X509Certificate(authority).raw]
      const parts = { certificate, chain, attributes, digest, algorithm: identifier, signature }
      await openssl.write('message', cmsMessage(parts))
      await openssl.write('document', document)
      const words = ['-inform', 'DER', '-in', 'message', '-binary', '-content', 'document']
      const trust = ['-CAfile', 'ca.pem', '-out', 'read']
      // By its own purpose, S/MIME signing: the extended usage has to allow it.
      t.match(await openssl.run('cms', '-verify', ...words, ...trust), /Verification successful/)
    },
  )
}

for (const [algorithm, curve] of [
  ['ec-p256', 'secp384r1'],
  ['sm2', 'SM2'],
] as const) {
  t.test(
    `a root of ${curve} is made, and certifies, by the commands of operating.md`,
    async (t) => {
      const id = `guide-${algorithm}`
      await room.make({ id, algorithm, usages: ['certificate'], policy })
      const whom = { commonName: 'Acme signers', organization: 'Acme', country: 'CN' }
      await openssl.write(
        'signers.csr',
        await room.keys.service.requestCertificate(caller, 'acme', id, whom),
      )
      await openssl.run('ecparam', '-name', curve, '-genkey', '-noout', '-out', 'root.key')
      const sm2 = curve === 'SM2' ? ['-sm3', '-sigopt', DISTID] : []
      const root = ['-x509', '-new', '-key', 'root.key', '-days', '7300', '-subj', '/CN=Acme root']
      const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-out', 'root.pem']
      await openssl.run('req', ...root, ...sm2, ...usage)
      const lines = [
        'basicConstraints=critical,CA:TRUE,pathlen:0',
        'keyUsage=critical,keyCertSign,cRLSign',
        'subjectKeyIdentifier=hash',
        'authorityKeyIdentifier=keyid',
      ]
      await openssl.write('ca.cnf', `${lines.join('\n')}\n`)
      const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '1825']
      const files = ['-in', 'signers.csr', '-extfile', 'ca.cnf', '-out', 'signers.pem']
      const vfy = curve === 'SM2' ? ['-vfyopt', DISTID] : []
      await openssl.run('x509', '-req', ...by, ...files, ...sm2, ...vfy)
      const chain = `${await openssl.read('signers.pem')}${await openssl.read('root.pem')}`
      room.now = Math.max(room.now, Date.now() + 1000)
      await room.keys.service.certify(caller, 'acme', id, chain)
      const made = await certify(id)
      t.equal(made.chain.length, 2)
      const leaf = new X509Certificate(Buffer.from(made.certificate, 'base64')).toString()
      await openssl.write('leaf.pem', leaf)
      // `verify` gives the identity of SM2 to the certificate in question alone, so that it goes link by link.
      const links: [string, string][] = [
        ['root.pem', 'signers.pem'],
        ['signers.pem', 'leaf.pem'],
      ]
      for (const [issuer, subject] of links) {
        const path = ['-partial_chain', '-trusted', issuer, '-x509_strict', subject]
        t.match(await openssl.run('verify', ...vfy, ...path), `${subject}: OK`)
      }
      if (curve === 'SM2') return
      const path = ['-CAfile', 'root.pem', '-untrusted', 'signers.pem', '-x509_strict', 'leaf.pem']
      t.match(await openssl.run('verify', ...path), /leaf.pem: OK/)
    },
  )
}

t.test('the certificate names the signer, and says what it is for', async (t) => {
  await makeAuthority('look')
  const made = await certify('look', { ttlS: 600 })
  await openssl.write('look.pem', pemOf('CERTIFICATE', Buffer.from(made.certificate, 'base64')))
  const names = ['-nameopt', 'utf8,sep_comma_plus_space,sname,-esc_msb']
  const text = await openssl.run('x509', '-in', 'look.pem', '-noout', '-text', ...names)
  t.match(text, 'C=CN, O=Acme 有限公司, serialNumber=ID-0042, CN=张三')
  t.match(text, /Issuer: .*CN=Acme signers/)
  t.match(text, /Key Usage: critical\s+Digital Signature, Non Repudiation\n/)
  t.match(text, /Basic Constraints: critical\s+CA:FALSE/)
  t.match(text, /E-mail Protection, 1\.3\.6\.1\.5\.5\.7\.3\.36/)
  t.match(text, 'email:zhang.san@acme.example')
  t.match(
    text,
    /2\.5\.29\.56|No Revocation Available/,
    'there is nothing to ask for its revocation',
  )
  t.match(text, /0\.4\.0\.194121\.2\.1/, 'since it ends within a day')
  const { validFromDate, validToDate, serialNumber } = new X509Certificate(
    Buffer.from(made.certificate, 'base64'),
  )
  t.equal(validToDate.toISOString(), made.notAfter)
  t.equal(validToDate.getTime(), Math.floor(room.now / 1000) * 1000 + 600_000)
  t.ok(validFromDate.getTime() <= room.now)
  t.equal(serialNumber.length, 32)
  const [issued] = [new X509Certificate(Buffer.from(made.chain[0], 'base64'))]
  t.ok(validFromDate.getTime() >= issued.validFromDate.getTime(), 'not before its authority')
  t.notMatch(await certify('look'), { certificate: made.certificate })
})

t.test('the audit has whom it certified before it did, and then what was signed', async (t) => {
  await makeAuthority('audited')
  const before = (await room.audit()).length
  const made = await certify('audited')
  await sign('audited', made)
  const serialNumber = new X509Certificate(
    Buffer.from(made.certificate, 'base64'),
  ).serialNumber.toLowerCase()
  const { oneTimeKey } = made
  t.match((await room.audit()).slice(before), [
    {
      subject: 'audited',
      outcome: 'begun',
      detail: { usage: 'certificate', keyVersion: 1, subject, serialNumber, oneTimeKey },
    },
    {
      subject: 'audited',
      outcome: 'begun',
      detail: { usage: 'cms', signer: subject, serialNumber, oneTimeKey, documentSha256 },
    },
  ])
})

t.test('of many who would sign by one key at once, one does', async (t) => {
  await makeAuthority('raced')
  const made = await certify('raced')
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => sign('raced', made)))
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of tries) {
    if (one.status === 'rejected') t.match(one.reason, { code: 'CORE_KEY_ONE_TIME_MISSING' })
  }
  t.equal(await rowsOf('raced'), 0, 'and nothing of it is left')
})

const rowsOf = async (key: string) =>
  Number((await knex('signing_one_time_keys').where({ key }).count({ n: '*' }))[0]?.n)

t.test('what is refused leaves the key to sign the right thing', async (t) => {
  await makeAuthority('kept')
  const made = await certify('kept')
  const another = await certify('kept')
  const wrong = { signedAttributes: statement(another.certificate).signedAttributes }
  await t.rejects(sign('kept', made, wrong), { code: 'CORE_SIGNED_CONTENT_REFUSED' })
  await t.rejects(sign('kept', made, { digestAlgorithm: 'sm3', digest: documentSha256 }), {
    code: 'CORE_SIGNED_CONTENT_REFUSED',
  })
  await t.resolves(sign('kept', made))
})

t.test(
  "a one-time key is of no use to another plugin, tenant or key, nor without the CA's grant",
  async (t) => {
    await makeAuthority('own')
    await makeAuthority('other')
    const made = await certify('own')
    const missing = { code: 'CORE_KEY_ONE_TIME_MISSING' }
    const asked = { key: 'own', oneTimeKey: made.oneTimeKey, ...statement(made.certificate) }
    await t.rejects(sign('other', made), missing)
    await t.rejects(room.ask('keys.sign', asked, 'globex'), { code: 'CORE_KEY_MISSING' })
    room.grant('acme', [{ capability: 'keys:sign', usage: 'cms' }])
    await t.rejects(room.ask('keys.sign', asked), { code: 'CORE_GRANT_MISSING' })
    room.grant('acme', [{ capability: 'keys:sign', usage: 'certificate', key: 'other' }])
    await t.rejects(room.ask('keys.sign', asked), { code: 'CORE_GRANT_MISSING' })
    room.grantAll('acme')
    await knex('signing_one_time_keys')
      .where({ id: made.oneTimeKey })
      .update({ plugin: '@test/two' })
    await t.rejects(room.ask('keys.sign', asked), missing)
    await knex('signing_one_time_keys')
      .where({ id: made.oneTimeKey })
      .update({ plugin: '@test/one' })
    const { oneTimeKey, ...direct } = asked
    await t.rejects(room.ask('keys.sign', direct), { code: 'CORE_KEY_USAGE_REFUSED' }, 'nor the CA')
    t.match(oneTimeKey, /^otk_/)
    await t.resolves(room.ask('keys.sign', asked))
  },
)

t.test(
  'it is over after fifteen minutes, and swept; and at once where the CA key is disabled',
  async (t) => {
    await makeAuthority('timed')
    const made = await certify('timed')
    t.equal(Date.parse(made.expiresAt), room.now + 900_000)
    room.now += 900_000
    await t.rejects(sign('timed', made), { code: 'CORE_KEY_ONE_TIME_MISSING' })
    const stops = new StopStack()
    const log = { warn: (fields: object) => t.fail('it was swept', fields) }
    const sweep = sweepOneTimeKeys({ knex, now: () => room.now, log }, stops)
    const fresh = await certify('timed')
    await sweep.run()
    await stops.stopAll()
    t.equal(await rowsOf('timed'), 1)
    await room.keys.service.disable(caller, 'acme', 'timed')
    await t.rejects(sign('timed', fresh), { code: 'CORE_KEY_DISABLED' })
  },
)

t.test('the policy bounds whom it names and for how long', async (t) => {
  const certificate = { maxTtlS: 600, subjectFields: ['country'] as const }
  const wish = { id: 'bound', algorithm: 'ec-p256', usages: ['certificate'] } as const
  const faults = (more: object) =>
    room.make({ ...wish, ...more } as never).then(
      () => [],
      ({ faults }) => faults.map(({ pointer }: { pointer: string }) => pointer),
    )
  t.same(await faults({}), ['/policy/certificate'])
  t.same(await faults({ usages: ['certificate', 'cms'], policy: { certificate } }), ['/usages'])
  t.same(await faults({ algorithm: 'hmac-sha256', policy: { certificate } }), ['/usages/0'])
  await room.make({ ...wish, policy: { certificate, maxPerHour: 3 } })
  await t.rejects(certify('bound'), { code: 'CORE_KEY_CERTIFICATE_MISSING' })
  await room.certifyAuthority('bound')
  const refused = { code: 'CORE_SIGNED_CONTENT_REFUSED' }
  await t.rejects(certify('bound'), { ...refused, message: /organization/ })
  const small = { subject: { commonName: 'A', country: 'CN' } }
  await t.rejects(certify('bound', { ...small, ttlS: 601 }), { ...refused, message: /600 seconds/ })
  const made = await certify('bound', small)
  t.equal(Date.parse(made.notAfter), Math.floor(room.now / 1000) * 1000 + 600_000)
  await certify('bound', small)
  await sign('bound', made)
  await certify('bound', small)
  await t.rejects(certify('bound', small), { code: 'CORE_KEY_SPENT' })
})

t.test('no certificate outlives its authority', async (t) => {
  const ttl = { maxTtlS: 315_360_000, subjectFields: [] }
  const wish = { id: 'short', algorithm: 'ec-p256', usages: ['certificate'] } as const
  await room.make({ ...wish, policy: { certificate: ttl } })
  const authority = new X509Certificate(await room.certifyAuthority('short', 'acme', 1))
  const made = await certify('short', { subject: { commonName: 'A' } })
  t.equal(made.notAfter, authority.validToDate.toISOString())
  const beyond = { subject: { commonName: 'A' }, ttlS: 2 * 86_400 }
  await t.rejects(certify('short', beyond), { code: 'CORE_SIGNED_CONTENT_REFUSED' })
})

t.test('a certificate that is no CA certificate is not put to a CA key', async (t) => {
  await room.make({ id: 'no-ca', algorithm: 'ec-p256', usages: ['certificate'], policy })
  const { service } = room.keys
  const request = await service.requestCertificate(caller, 'acme', 'no-ca', { commonName: 'A' })
  for (const extensions of [
    'basicConstraints=CA:FALSE\nkeyUsage=keyCertSign',
    'basicConstraints=CA:TRUE',
    'basicConstraints=CA:TRUE\nkeyUsage=digitalSignature',
  ]) {
    const chain = await openssl.certifyAuthority(request, 30, extensions)
    const refused = { code: 'CORE_CERTIFICATE_REFUSED' }
    await t.rejects(service.certify(caller, 'acme', 'no-ca', chain), refused, extensions)
  }
})

t.test('a subject that could show as another one is refused at the edge', async (t) => {
  await makeAuthority('edge')
  const odd = [
    {},
    { commonName: '' },
    { commonName: 'x'.repeat(65) },
    { commonName: 'A\u202eB' },
    { commonName: 'A\nB' },
    { commonName: 'A', country: 'cn' },
    { commonName: 'A', serialNumber: '编号' },
    { commonName: 'A', email: 'a@b\u0000.example' },
    { commonName: 'A', unit: 'B' },
  ]
  for (const one of odd) {
    await t.rejects(certify('edge', { subject: one }), { code: 'CORE_INPUT_INVALID' })
  }
})

t.test('the private half stands sealed, and opens in no other row', async (t) => {
  await makeAuthority('sealed')
  const one = await certify('sealed')
  const other = await certify('sealed')
  const row = await knex('signing_one_time_keys').where({ id: other.oneTimeKey }).first()
  const { sealed } = row
  t.notOk(Buffer.from(sealed).includes(Buffer.from('06072a8648ce3d0201', 'hex')), 'no PKCS#8')
  await knex('signing_one_time_keys').where({ id: one.oneTimeKey }).update({ sealed })
  await t.rejects(sign('sealed', one))
  t.equal(await rowsOf('sealed'), 1, 'and is gone all the same')
  t.equal(createHash('sha256').update(row.spki).digest('hex').length, 64)
})
