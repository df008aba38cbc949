import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { judgeSignatures, withoutJudges } from '../support/pdf-judges.ts'
import { pdfSignatures } from '../support/pdf-signatures.ts'
import { testDatabases } from '../support/postgres.ts'
import {
  buyer,
  defineContract,
  envelopes,
  fileOf,
  seller,
  sendContract,
} from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const skip = await withoutJudges()
const room = await SigningRoom.open(t)
const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment: room.environment })
const company = await Company.open(t, host, 'dongchen', ['e-signature'])
await room.furnish(company)
await defineContract(company, { isSealed: false, pages: 1 })
const lina = new Visitor(company, room, buyer.email)
const bob = new Visitor(company, room, seller.email)
const send = () => sendContract(company, { isSealed: false })
const show = (envelope: string) => company.ask(envelopes, 'envelope', { envelope })
const values = { place: '苏州' }

t.test('a link is for one signer of one envelope, whatever its body says', async (t) => {
  const other = await send()
  const bobs = await bob.look()
  const envelope = await send()
  const own = await lina.look()
  // What the link was made with stands over what its body says.
  for (const forged of [{ recipient: bobs.recipient }, { envelope: other }, { recipient: 'r99' }]) {
    const input = { document: 'd1', offset: 0, ...forged }
    t.match(await lina.follow(own.links['document'] ?? '', input), { status: 200 })
  }
  const forged = { reason: 'forged', envelope: other, recipient: bobs.recipient }
  t.match(await lina.follow(own.links['reject'] ?? '', forged), { body: { envelope } })
  t.match(await show(other), { state: 'sent' })
  t.match(await show(envelope), { state: 'rejected' })
  const unknown = (own.links['sign'] ?? '').replace(/.{6}$/, 'AAAAAA')
  t.equal((await lina.follow(unknown, {})).status, 404)
})

t.test('who signs and rejects at once has done one of both', { skip }, async (t) => {
  const envelope = await send()
  const shown = await lina.look()
  const agreement = await lina.agreement(shown)
  const [signed, rejected] = await Promise.all([
    lina.follow(shown.links['sign'] ?? '', { ...agreement, values }),
    lina.follow(shown.links['reject'] ?? '', { reason: 'price' }),
  ])
  t.comment(`${signed.status} ${rejected.status}`)
  t.equal([signed, rejected].filter(({ status }) => status === 200).length, 1)
  const { state } = await show(envelope)
  t.equal(state, signed.status === 200 ? 'partly-signed' : 'rejected')
  const file = await fileOf(company, envelope)
  t.equal(pdfSignatures(file).length, signed.status === 200 ? 1 : 0)
  t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
})

t.test('codes are not guessed, by however many links', async (t) => {
  await send()
  const looks = [await lina.look(), await lina.look(), await lina.look()]
  const agreement = await lina.agreement(looks[0] as (typeof looks)[0])
  const right = (agreement as { identity: { code: string } }).identity.code
  const wrong = right === '000000' ? '000001' : '000000'
  const codes: string[] = []
  for (let n = 0; n < 9; n++) {
    const identity = { proof: 'mail-code', code: wrong }
    const link = looks[n % 3]?.links['sign'] ?? ''
    const { status, body } = await lina.follow(link, { ...agreement, identity, values })
    t.equal(status, 422)
    codes.push(body.code)
  }
  t.comment(codes.join(' '))
  t.notMatch(codes.at(-1), /WRONG/)
  const late = await lina.follow(looks[1]?.links['sign'] ?? '', { ...agreement, values })
  t.equal(late.status, 422, 'the right code came too late')
})

/** Sixty thousand pixels on each side, in less than a hundred bytes. */
function bomb(): string {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const file = Buffer.from(pixel, 'base64')
  const at = file.indexOf('IHDR')
  file.writeUInt32BE(60_000, at + 4)
  file.writeUInt32BE(60_000, at + 8)
  return file.toString('base64')
}

const hostile: Readonly<Record<string, unknown>> = {
  'half a pair': '\ud800',
  NUL: 'a\u0000b',
  'a hundred thousand characters': 'x'.repeat(100_000),
  'a list': ['x'],
}
const odd: Readonly<Record<string, string>> = {
  'syntax of a PDF': ') Tj ET Q (\\ << /S /JavaScript >> endstream endobj %%EOF',
  'characters of no font, turned around': '\u202e苏州 😀 \u0627\u0644 \ue000\n\r\t',
}

t.test(
  'pictures and values that break files are refused, and who sent them may still sign',
  { skip },
  async (t) => {
    const envelope = await send()
    const shown = await lina.look()
    const agreement = await lina.agreement(shown)
    const sign = shown.links['sign'] ?? ''
    for (const [name, place] of Object.entries(hostile)) {
      const { status, body } = await lina.follow(sign, { ...agreement, values: { place } })
      t.ok(status >= 400 && status < 500, `${name}: ${status} ${body.code}`)
      t.notMatch(body.code, /SQL|^CODE/, 'before anything is written, and before the code is spent')
    }
    const { status, body } = await lina.follow(sign, { ...agreement, values, image: bomb() })
    t.ok(status >= 400 && status < 500, `${status} ${body.code}`)
    t.match(await show(envelope), { state: 'sent', documents: [{ revision: 0 }] })
    t.match(await lina.sign({ values }), { status: 200 })
    t.same(await judgeSignatures(await fileOf(company, envelope), room.openssl), [])
  },
)

for (const [name, place] of Object.entries(odd)) {
  t.test(`a value with ${name} is text`, { skip }, async (t) => {
    const envelope = await send()
    const { status, body } = await lina.sign({ values: { place } })
    t.comment(`${status} ${body.code ?? ''}`)
    t.ok(status === 200 || (status >= 400 && status < 500))
    if (status !== 200) t.match(await lina.sign({ values }), { status: 200 })
    t.same(await judgeSignatures(await fileOf(company, envelope), room.openssl), [])
  })
}
