import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { encrypted, judgeSignatures, textOfPdf, withoutJudges } from '../support/pdf-judges.ts'
import {
  isBySm2,
  type PdfSignature,
  pdfSignatures,
  signerFields,
  timestampOf,
} from '../support/pdf-signatures.ts'
import { testDatabases } from '../support/postgres.ts'
import { samplePdf } from '../support/sample-contract.ts'
import {
  buyer,
  defineCertificate,
  defineContract,
  defineSeal,
  envelopes,
  fileOf,
  sealKeeper,
  seller,
  sendContract,
} from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const skip = await withoutJudges()
const room = await SigningRoom.open(t)
const { hostUrl } = await testDatabases(t)
const { environment } = room
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const company = await Company.open(t, host, 'dongchen', ['e-signature'])
await room.furnish(company)
await room.certifySeal(company, 'contract-seal', 'rsa-2048')
const mei = await sealKeeper(company, 'mei')
const li = await sealKeeper(company, 'li')
await defineSeal(company, 'contract-seal')
const lina = new Visitor(company, room, buyer.email)
const bob = new Visitor(company, room, seller.email)

const at = (operation: string) => `/api/signature.envelopes/v1/${operation}`

t.test(
  'a contract is signed by visitors of their links and sealed by two people, and others find it sound',
  { skip },
  async (t) => {
    const given = await defineContract(company)
    const envelope = await sendContract(company)
    t.match(await lina.sign({ values: { place: '苏州' } }), {
      ...{ status: 200, body: { own: 'signed', state: 'partly-signed' } },
    })
    t.match(await bob.sign(), { status: 200, body: { own: 'signed' } })
    const seal = { envelope, recipient: 'r3' }
    t.match(await mei.ask('POST', at('requestSeal'), { ...seal, reason: '销售合同' }), {
      status: 200,
    })
    t.match(await mei.ask('POST', at('decideSeal'), { ...seal, approve: true }), {
      body: { code: 'SEAL_SAME_PERSON' },
    })
    t.match(await li.ask('POST', at('decideSeal'), { ...seal, approve: true }), {
      ...{ status: 200, body: { state: 'completed' } },
    })
    const file = await fileOf(company, envelope)
    t.same(await judgeSignatures(file, room.openssl), [])
    t.equal(pdfSignatures(file).length, 3)
    const [before, after] = [await textOfPdf(given), await textOfPdf(file)]
    t.equal(after.pages, before.pages)
    for (const line of before.text.split(/\s*[\n\f]\s*/)) t.ok(after.text.includes(line), line)
    for (const shown of ['轴承 6204-2RS', '壹拾贰万捌仟元', '苏州', '李娜']) {
      t.ok(after.text.replace(/\s+/g, ' ').includes(shown), shown)
    }
    const told = await company.ask(envelopes, 'envelope', { envelope })
    t.match(told.documents, [{ level: 'B-T', revision: 3 }])
    const report = await company.ask('signature.verification@1', 'verify', {
      blob: told.documents[0].sha256,
    })
    t.equal(report.signatures.length, 3)
    for (const one of report.signatures) {
      t.match(one, { intact: true, faults: [], level: 'B-T', timeSource: 'timestamp' })
      t.match(one.changesAfter, /none|allowed/)
    }
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
  },
)

/** A template of its own for two people, under a policy. */
async function plain(template: string, policy: object = {}): Promise<string> {
  const { items } = await company.ask(envelopes, 'policies')
  const { revision: _, changedAt: __, ...standard } = items[0]
  await company.ask(envelopes, 'definePolicy', { ...standard, ...policy, policy: template })
  await defineContract(company, { template, policy: template, isSealed: false, pages: 1 })
  return sendContract(company, { template, isSealed: false })
}

const values = { place: '苏州' }
const show = (envelope: string) => company.ask(envelopes, 'envelope', { envelope })

t.test('two sign at the same moment, and both signatures stay', { skip }, async (t) => {
  const envelope = await plain('at-once')
  const [first, second] = [await lina.look(), await bob.look()]
  const [one, other] = [await lina.agreement(first), await bob.agreement(second)]
  const answers = await Promise.all([
    lina.follow(first.links['sign'] ?? '', { ...one, values }),
    bob.follow(second.links['sign'] ?? '', other),
  ])
  t.match(answers, [
    { status: 200, body: { own: 'signed' } },
    { status: 200, body: { own: 'signed' } },
  ])
  const file = await fileOf(company, envelope)
  t.equal(pdfSignatures(file).length, 2)
  t.same(await judgeSignatures(file, room.openssl), [])
  t.match(await show(envelope), { state: 'completed', documents: [{ revision: 2 }] })
})

t.test(
  'without its time-stamping authority a policy refuses, or signs without time',
  { skip },
  async (t) => {
    const strict = await plain('strict', { onTimestampDown: 'refuse' })
    room.time.isDown = true
    t.teardown(() => {
      room.time.isDown = false
    })
    t.match(await lina.sign({ values }), { status: 422, body: { code: 'TIMESTAMP_UNAVAILABLE' } })
    t.match(await show(strict), { documents: [{ revision: 0 }] })
    const lenient = await plain('lenient')
    t.match(await bob.sign(), { status: 200, body: { own: 'signed' } })
    t.match(await show(lenient), { documents: [{ revision: 1, level: 'B-B' }] })
    t.same(await judgeSignatures(await fileOf(company, lenient), room.openssl), [])
  },
)

t.test('whoever judges the signatures of these tests finds what is broken', { skip }, async (t) => {
  const envelope = await plain('judged')
  t.match(await lina.sign({ values }), { status: 200 })
  t.match(await bob.sign(), { status: 200 })
  const file = await fileOf(company, envelope)
  t.same(await judgeSignatures(file, room.openssl), [])
  const [first] = pdfSignatures(file) as [PdfSignature]
  const told = async (changed: Buffer) => (await judgeSignatures(changed, room.openssl)).join('\n')
  const page = await told(turned(file, file.indexOf('Clause 1')))
  t.match(page, /^signature 1: message-digest is not the document’s$/m)
  t.match(page, /^signature 1: openssl cms: /m)
  t.match(page, /^signature 2: openssl cms: /m)
  t.match(page, /^pdfsig: /m)
  const value = endInContents(file, signerFields(first.container).signature)
  t.match(await told(turned(file, value)), /^signature 1: openssl cms: /m)
  const stamped = await told(turned(file, endInContents(file, timestampOf(first) as Buffer)))
  t.match(stamped, /^signature 1: openssl ts: /m)
  t.notMatch(stamped, /^signature 1: openssl cms: /m, 'the signature itself is whole')
  const dictionary = await told(turned(file, file.indexOf('/ETSI.CAdES.detached') + 1))
  t.match(dictionary, /^signature 1: SubFilter is not ETSI.CAdES.detached$/m)
})

/** With another character at a place: of a hexadecimal digit it makes another one. */
function turned(file: Buffer, at: number): Buffer {
  const changed = Buffer.from(file)
  changed.write(changed[at] === 0x30 ? '1' : '0', at, 'latin1')
  return changed
}

/** Where the last digit of bytes of a container stands in the file. */
function endInContents(file: Buffer, bytes: Buffer): number {
  const hex = bytes.toString('hex')
  return file.indexOf(hex) + hex.length - 1
}

t.test('a seal signs by SM2 with SM3', { skip }, async (t) => {
  await room.certifySeal(company, 'sm2-seal', 'sm2')
  await defineSeal(company, 'sm2-seal', 'sm2')
  await defineContract(company, { template: 'sm2' })
  const envelope = await sendContract(company, { template: 'sm2', seal: 'sm2' })
  t.match(await lina.sign({ values }), { status: 200 })
  t.match(await bob.sign(), { status: 200 })
  const seal = { envelope, recipient: 'r3' }
  t.match(await mei.ask('POST', at('requestSeal'), { ...seal, reason: '国密' }), { status: 200 })
  const sealed = await li.ask('POST', at('decideSeal'), { ...seal, approve: true })
  t.equal(sealed.status, 200, JSON.stringify(sealed.body))
  const file = await fileOf(company, envelope)
  t.ok(pdfSignatures(file).some(isBySm2))
  t.same(await judgeSignatures(file, room.openssl), [])
  const [{ sha256 }] = (await show(envelope)).documents
  const report = await company.ask('signature.verification@1', 'verify', { blob: sha256 })
  t.match(report.signatures, [{ intact: true }, { intact: true }, { intact: true, faults: [] }])
})

t.test('another tenant knows neither envelope nor file', async (t) => {
  const { items } = await company.ask(envelopes, 'envelopes')
  const { envelope } = items[0]
  const [{ sha256 }] = (await show(envelope)).documents
  const globex = await company.neighbour('globex', ['e-signature'])
  t.match(await globex.call(envelopes, 'envelope', { envelope }), {
    body: { code: 'ENVELOPE_UNKNOWN' },
  })
  t.match(await globex.call('signature.verification@1', 'verify', { blob: sha256 }), {
    body: { code: /MISSING|UNKNOWN/ },
  })
  t.match(await globex.ask(envelopes, 'envelopes'), { items: [] })
})

t.test('a certificate of analysis becomes a draft, once, where the settings say so', async (t) => {
  await company.admin.request('PUT', `/v1/tenants/${company.tenant}/apps/erp/events`, {
    types: ['quality.*'],
  })
  const issued = (certificate: string, more: object = {}) => ({
    id: `certificate:${certificate}`,
    type: 'quality.certificate.issued',
    partitionkey: 'L-1',
    data: {
      ...{ certificate, lot: 'L-1', item: '6204-2RS', sha256: 'a'.repeat(64) },
      ...{ issuedAt: '2026-11-27T10:00:00Z', ...more },
    },
  })
  await defineCertificate(company)
  const recipients = [{ role: 'manager', name: '王芳', email: 'wang@dongchen.example' }]
  await room.set(company, { certificates: { template: 'coa', recipients } })
  await company.send([issued('COA-1')])
  const drafts = async () => {
    const { items } = await company.ask(envelopes, 'envelopes', { limit: 200 })
    return items.filter(({ title }: { title: string }) => title.includes('COA-'))
  }
  await company.eventually('a draft', drafts, (all) => all.length === 1)
  const [first] = await drafts()
  t.match(first, { state: 'draft', title: '质量证书 COA-1' })
  t.match((await textOfPdf(await fileOf(company, first.envelope))).text, /COA-1[\s\S]*L-1/)
  await company.ask(envelopes, 'send', { envelope: first.envelope })
  await company.send([issued('COA-2', { supersedes: 'COA-1' })])
  await company.eventually('two', drafts, (all) => all.length === 2)
  t.match(await show(first.envelope), { state: 'voided', reason: /COA-2/ })
})

t.test('files that nobody could sign are refused when they are sent', { skip }, async (t) => {
  const upload = (file: Uint8Array) =>
    company.call(envelopes, 'uploadDocument', {
      ...{ name: 'a.pdf', content: Buffer.from(file).toString('base64') },
    })
  const refused = async (file: Uint8Array, code: string) =>
    t.match(await upload(file), { status: 422, body: { code } }, code)
  await refused(await encrypted(samplePdf()), 'PDF_ENCRYPTED')
  await refused(Buffer.from('%PDF-1.7 and no more'), 'PDF_UNREADABLE')
  await refused(samplePdf({ pages: [] }), 'PDF_EMPTY')
  await refused(samplePdf({ catalog: '/AcroForm <</Fields []/XFA [(a) 3 0 R]>>' }), 'PDF_XFA')
  await refused(samplePdf({ ballast: 5 * 1024 * 1024 }), 'DOCUMENT_TOO_LARGE')
  const image = Buffer.alloc(3_000_000, 'x').toString('base64')
  const seal = { seal: 'big', holder: 'x', kind: 'other', key: 'contract-seal', image }
  const valid = { validFrom: '2026-01-01T00:00:00Z', validUntil: '2027-01-01T00:00:00Z' }
  t.match(await company.call(envelopes, 'defineSeal', { ...seal, ...valid }), {
    body: { code: 'CORE_INPUT_INVALID' },
  })
})
