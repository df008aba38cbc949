import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { judgeSignatures, textOfPdf, withoutJudges } from '../support/pdf-judges.ts'
import { pdfSignatures } from '../support/pdf-signatures.ts'
import { testDatabases } from '../support/postgres.ts'
import {
  buyer,
  defineContract,
  defineSeal,
  envelopes,
  fileOf,
  sealKeepers,
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
const [mei, li] = await sealKeepers(company, ['mei', 'li'])
await defineSeal(company, 'contract-seal')
const [li4, bob] = [buyer, seller].map(({ email }) => new Visitor(company, room, email))
if (mei === undefined || li === undefined || li4 === undefined || bob === undefined)
  throw new Error()

const at = (operation: string) => `/api/signature.envelopes/v1/${operation}`

t.test(
  'a contract is signed by visitors of their links and sealed by two people, and others find it sound',
  { skip },
  async (t) => {
    const given = await defineContract(company)
    const envelope = await sendContract(company)
    t.match(await li4.sign({ values: { place: '苏州' } }), {
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
    for (const line of before.text.split(/\s*\n\s*/)) t.match(after.text, line)
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
