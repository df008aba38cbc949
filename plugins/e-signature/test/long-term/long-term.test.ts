import t from 'tap'
import { readBer } from '../../src/der/read-der.ts'
import type { Company } from '../envelopes/company.ts'
import { profiles } from '../support/pki.ts'
import { pdfsig, programsMissing, said } from '../support/signed-file.ts'
import { verified } from '../verification/verified.ts'
import { clockAuthority } from './clock-authority.ts'
import { DAY, fileOf, levelOf, onDisk, opened, room, signed, upgraded, waiting } from './room.ts'

const skip = await programsMissing('pdfsig', 'qpdf', 'certutil')
const own = await room(t)
const { pki, web } = own
const anchors = [await pki.certificate('root')]
const open = await opened(t, own)
const YEARS = Date.now() + 5 * 365 * DAY

t.test(
  'by its policy a document gets proofs that hold after its signer’s certificate has ended',
  { skip },
  async (t) => {
    own.signer = 'alice'
    own.asked.length = 0
    const company = await open()
    const envelope = await signed(company, 'B-LTA')
    t.equal(await levelOf(company, envelope), 'B-T')
    t.match(await waiting(company), [
      { envelope, level: 'B-T', wanted: 'B-LTA', reason: 'NOT_TRIED' },
    ])
    await upgraded(company)
    t.equal(await levelOf(company, envelope), 'B-LTA')
    t.strictSame(await waiting(company), [])
    t.match(
      company.events('proof.renewed').map(({ data }) => data),
      [{ level: 'B-LT' }, { level: 'B-LTA' }],
    )
    t.match(await company.call('verifyEvidence', { envelope }), { valid: true })

    const file = await fileOf(company, envelope)
    t.match(verified(file, anchors, YEARS).signatures, [
      {
        level: 'B-LTA',
        chain: 'trusted',
        timeSource: 'timestamp',
        changesAfter: 'allowed',
        faults: [],
      },
      { kind: 'timestamp', intact: true, chain: 'trusted', coversWholeFile: true, faults: [] },
    ])
    const path = await onDisk(file)
    const report = await pdfsig(pki, path)
    // Poppler does not know time stamps over documents: OpenSSL judges those.
    t.equal(report.match(/Signature is Valid/g)?.length, 1, report)
    const [signature, stamp] = containersOf(file)
    t.match(await cmsVerify(signature), /CMS Verification successful/)
    t.match(await tsVerify(stamp), /Verification: OK/)
    t.match(await said('qpdf', '--check', path), /No syntax or stream encoding errors found/)
    t.strictSame(own.asked.filter((one) => !one.includes('tsa')).toSorted(), [
      'GET https://crl.example/root.crl',
      'POST https://ocsp.example/ca',
      'POST https://ocsp.example/ca',
    ])
  },
)

t.test('what a list said is not asked for again while it holds', async (t) => {
  own.asked.length = 0
  const company = await open()
  for (let count = 0; count < 2; count += 1) await signed(company, 'B-LT')
  await upgraded(company)
  t.strictSame(await waiting(company), [])
  const lists = own.asked.filter((one) => one.includes('crl.example'))
  t.equal(lists.length, 1)
  t.equal(own.asked.filter((one) => one.includes('ocsp.example')).length, 2)
})

t.test(
  'signatures without a time stamp get what their policy asks for, once the authority answers',
  async (t) => {
    own.signer = 'alice'
    const company = await open()
    const authority = web['https://tsa.example/']
    web['https://tsa.example/'] = async () => Promise.reject(new Error('away'))
    const envelope = await signed(company, 'B-LTA')
    t.equal(await levelOf(company, envelope), 'B-B')
    await upgraded(company)
    const [first] = await waiting(company)
    t.match(first, { level: 'B-B', reason: 'TIMESTAMP_UNAVAILABLE', attempts: 1 })
    await upgraded(company)
    t.match(await waiting(company), [{ attempts: 1 }], 'not before its time')
    web['https://tsa.example/'] = authority as never
    // The clock of the test authority is the machine's: the document is taken up at once.
    await company.call('retryProofs', { envelope })
    await upgraded(company)
    t.equal(await levelOf(company, envelope), 'B-LTA')
    const [one, ...stamps] = verified(await fileOf(company, envelope), anchors, YEARS).signatures
    t.match(one, { level: 'B-LTA', chain: 'trusted', timeSource: 'timestamp' })
    t.equal(stamps.length, 2)
    t.match(await company.call('envelope', { envelope }), { documents: [{ revision: 4 }] })
  },
)

t.test('whose address may not be asked is told, and a list from an admin does', async (t) => {
  own.signer = 'once'
  const company = await open({ revocation: {} })
  const envelope = await signed(company, 'B-LT')
  await upgraded(company)
  t.match(await waiting(company), [
    { level: 'B-T', reason: 'REVOCATION_NOT_GRANTED', message: /example/ },
  ])
  const root = (await pki.read('root.crl')).toString('base64')
  const given = await company.call('provideRevocation', { content: root })
  t.match(given, { issuer: /Test root/, revoked: 0 })
  await upgraded(company)
  t.match(await waiting(company), [
    { reason: 'REVOCATION_NOT_GRANTED', message: /ocsp.example.*tsa/ },
  ])
  const ca = await pki.makeCrl('ca')
  const pem = `-----BEGIN X509 CRL-----\n${ca.toString('base64')}\n-----END X509 CRL-----`
  await company.call('provideRevocation', { content: pem })
  await upgraded(company)
  t.equal(await levelOf(company, envelope), 'B-LT')
  t.match(verified(await fileOf(company, envelope), anchors, YEARS).signatures, [
    { level: 'B-LT', chain: 'trusted' },
  ])
  const refused = (content: string, code: string) =>
    t.rejects(company.call('provideRevocation', { content }), { code })
  await refused('!', 'REVOCATION_INVALID')
  await refused(Buffer.from('no list').toString('base64'), 'REVOCATION_INVALID')
  await refused(
    (await listUntil('root', '20260101000000Z')).toString('base64'),
    'REVOCATION_UNUSABLE',
  )
})

t.test(
  'who was revoked before he signed gets no proof, who was revoked after keeps it',
  async (t) => {
    own.signer = 'carol'
    const company = await open()
    const before = await signed(company, 'B-LTA')
    await upgraded(company)
    t.match(await waiting(company), [
      { level: 'B-T', reason: 'CERTIFICATE_REVOKED', message: /Carol/ },
    ])
    t.match(company.events('proof.renewed'), [])
    own.signer = 'alice'
    const after = await signed(company, 'B-LT')
    const later = new Date(Date.now() + 3600_000).toISOString().replace(/[-:T]/g, '').slice(2, 14)
    await pki.writeIndex('ca', { alice: `${later}Z,keyCompromise` }, ['tsa'])
    await upgraded(company)
    t.equal(await levelOf(company, after), 'B-LT')
    t.equal(await levelOf(company, before), 'B-T')
    t.match(verified(await fileOf(company, after), anchors, YEARS).signatures, [
      { chain: 'trusted', level: 'B-LT' },
    ])
    await pki.writeIndex('ca', { carol: '260105120000Z,keyCompromise' }, ['alice', 'tsa'])
  },
)

t.test(
  'an authority between that was revoked, a list that ended, a responder that is away: each is named, and tried again',
  async (t) => {
    own.signer = 'alice'
    const company = await open()
    const address = 'https://crl.example/root.crl'
    const [root, responder] = [web[address], web['https://ocsp.example/ca']]
    const envelope = await signed(company, 'B-LT')
    const reasonOf = async (more: object) => {
      await company.call('retryProofs', {})
      await upgraded(company)
      t.match(await waiting(company), [more])
    }
    web['https://ocsp.example/ca'] = async () => Promise.reject(new Error('away'))
    await reasonOf({ reason: 'REVOCATION_UNREACHABLE', message: /ocsp.example/ })
    await company.host.advance(14 * 60_000)
    await upgraded(company)
    t.match(await waiting(company), [{ attempts: 1 }])
    await company.host.advance(2 * 60_000)
    await upgraded(company)
    t.match(await waiting(company), [{ attempts: 2 }])
    web['https://ocsp.example/ca'] = responder as never
    const ended = await listUntil('root', '20260101000000Z')
    web[address] = async () => ended
    await company.host.advance(31 * 60_000)
    await forgotten(company)
    await reasonOf({ reason: 'REVOCATION_STALE', message: /crl.example/ })
    await pki.writeIndex('root', { ca: '260105120000Z,CACompromise' }, [])
    const revoked = await pki.makeCrl('root')
    web[address] = async () => revoked
    await reasonOf({ reason: 'CERTIFICATE_REVOKED', message: /Test ca/ })
    await forgotten(company)
    await pki.writeIndex('root', {}, ['ca'])
    web[address] = root as never
    await company.call('retryProofs', {})
    await upgraded(company)
    t.equal(await levelOf(company, envelope), 'B-LT')
  },
)

t.test('a time stamp of nobody whom the anchors vouch for is none', async (t) => {
  own.signer = 'alice'
  await pki.issue('stranger', { kind: 'p256', extensions: profiles.root })
  const company = await open({ trustAnchors: [String(await pki.read('stranger.pem'))] })
  const envelope = await signed(company, 'B-T')
  t.equal(await levelOf(company, envelope), 'B-B')
  await upgraded(company)
  t.match(await waiting(company), [{ reason: 'TIMESTAMP_UNAVAILABLE', message: /no-trusted-root/ }])
  const strict = await open({
    trustAnchors: ['-----BEGIN CERTIFICATE----- nothing of that -----END CERTIFICATE-----'],
  })
  await t.rejects(signed(strict, 'B-T'), { code: 'TRUST_ANCHOR_INVALID' })
})

t.test('before the newest time stamp ends, the document gets another, and again', async (t) => {
  own.signer = 'alice'
  const stamps = clockAuthority(pki, () => company.host.now())
  const ca = await pki.certificate('ca')
  let name = 'tsa'
  const [authority, responder] = [web['https://tsa.example/'], web['https://ocsp.example/ca']]
  web['https://tsa.example/'] = (body) => stamps(name, [ca], body)
  const lists = {
    ca: await listUntil('ca', '20350101000000Z'),
    root: await listUntil('root', '20350101000000Z'),
  }
  const company = await open({ renewal: { beforeDays: 60 } })
  for (const list of Object.values(lists)) {
    await company.call('provideRevocation', { content: list.toString('base64') })
  }
  const envelope = await signed(company, 'B-LTA')
  await upgraded(company)
  t.equal(await levelOf(company, envelope), 'B-LTA')
  const { next, until } = await standingOf(company, envelope)
  t.equal(until, (await pki.certificate('tsa')).notAfter)
  t.equal(until - next, 60 * DAY)
  await upgraded(company, next - company.host.now() - DAY)
  t.equal(
    verified(await fileOf(company, envelope), anchors, YEARS).signatures.length,
    2,
    'not before',
  )
  await pki.issue('tsa2', { kind: 'p256', extensions: profiles.tsa, by: 'ca', days: 2000 })
  name = 'tsa2'
  await upgraded(company, 2 * DAY)
  const file = await fileOf(company, envelope)
  t.match(verified(file, anchors, YEARS).signatures, [
    { level: 'B-LTA', chain: 'trusted', changesAfter: 'allowed' },
    { kind: 'timestamp', signer: 'Test tsa', chain: 'trusted', changesAfter: 'allowed' },
    { kind: 'timestamp', signer: 'Test tsa2', chain: 'trusted', coversWholeFile: true },
  ])
  t.match(await tsVerify(containersOf(file)[2]), /Verification: OK/)
  const renewed = await standingOf(company, envelope)
  t.ok(renewed.until > until)
  t.equal(company.events('proof.renewed').length, 3)
  t.match(await company.call('verifyEvidence', { envelope }), { valid: true })
  web['https://tsa.example/'] = authority as never
  web['https://ocsp.example/ca'] = responder as never
})

t.test(
  'a responder that takes no POST is asked by GET, and an issuer is fetched from where the certificate says',
  async (t) => {
    const access = 'OCSP;URI:https://ocsp.example/get,caIssuers;URI:https://crl.example/ca.der'
    await pki.issue('dora', {
      ...{
        kind: 'p256',
        extensions: `${profiles.signer}\nauthorityInfoAccess=${access}`,
        by: 'ca',
      },
    })
    await pki.writeIndex('ca', {}, ['alice', 'tsa', 'dora'])
    web['https://ocsp.example/get/'] = (_, url) =>
      own.responder.answer(Buffer.from(decodeURIComponent(url.split('/').at(-1) ?? ''), 'base64'))
    web['https://crl.example/ca.der'] = () => pki.read('ca.der')
    own.signer = 'dora'
    own.chain = []
    own.asked.length = 0
    const company = await open()
    const envelope = await signed(company, 'B-LT')
    await upgraded(company)
    t.strictSame(await waiting(company), [])
    t.match(verified(await fileOf(company, envelope), anchors, YEARS).signatures, [
      { level: 'B-LT', chain: 'trusted' },
    ])
    t.ok(own.asked.includes('GET https://crl.example/ca.der'))
    t.ok(own.asked.some((one) => one.startsWith('GET https://ocsp.example/get/')))
    own.chain = ['ca']
  },
)

t.test('two runs at once make one revision of it', async (t) => {
  own.signer = 'alice'
  const company = await open()
  const envelope = await signed(company, 'B-LT')
  await Promise.all([upgraded(company), upgraded(company)])
  t.match(await company.call('envelope', { envelope }), {
    documents: [{ level: 'B-LT', revision: 2 }],
  })
})

interface Contained {
  readonly der: Uint8Array
  readonly covered: Uint8Array
}

function containersOf(file: Buffer): Contained[] {
  const ranges = file
    .toString('latin1')
    .matchAll(/\/ByteRange \[(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)
  return [...ranges].map(([, , gap, after, rest]) => {
    const [from, to, length] = [Number(gap), Number(after), Number(rest)]
    const der = Buffer.from(file.toString('latin1', from + 1, to - 1), 'hex')
    return { der, covered: Buffer.concat([file.subarray(0, from), file.subarray(to, to + length)]) }
  })
}

async function cmsVerify(one: Contained | undefined): Promise<string> {
  if (one === undefined) return 'none'
  await pki.write('check.der', one.der)
  await pki.write('check.data', one.covered)
  const files = [
    '-in',
    'check.der',
    '-content',
    'check.data',
    '-CAfile',
    'root.pem',
    '-out',
    'check.out',
  ]
  return pki.openssl('cms', '-verify', '-binary', '-inform', 'DER', '-purpose', 'any', ...files)
}

async function tsVerify(one: Contained | undefined): Promise<string> {
  if (one === undefined) return 'none'
  await pki.write('check.der', one.der.subarray(0, readBer(one.der).length))
  await pki.write('check.data', one.covered)
  const files = ['-in', 'check.der', '-token_in', '-data', 'check.data']
  return pki.openssl('ts', '-verify', ...files, '-CAfile', 'root.pem', '-untrusted', 'ca.pem')
}

/** A list that holds until a day that is long over, or far away. */
async function listUntil(by: string, until: string): Promise<Buffer> {
  await pki.makeCrl(by)
  await pki.openssl(
    ...['ca', '-gencrl', '-config', `${by}.ca.cnf`, '-keyfile', `${by}.key`, '-cert', `${by}.pem`],
    ...['-crl_lastupdate', '20251201000000Z', '-crl_nextupdate', until, '-out', 'until.pem'],
  )
  await pki.openssl('crl', '-in', 'until.pem', '-outform', 'DER', '-out', 'until.crl')
  return pki.read('until.crl')
}

async function forgotten(company: Company): Promise<void> {
  await company.database.client.query('delete from revocation_answers where kind = $1', ['crl'])
}

async function standingOf(company: Company, envelope: string) {
  const { rows } = await company.database.client.query(
    'select due_at, protected_until from document_proofs where envelope = $1',
    [envelope],
  )
  return { next: Date.parse(rows[0].due_at), until: Date.parse(rows[0].protected_until) }
}
