import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
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

/** `kill -9` when the key has signed and its time stamp is asked for: behind the signature, before anything of it is kept. */
t.test(
  'what a kill cut off, signature or certificate, is made by the host that starts again, and nothing is half',
  { skip: await withoutJudges() },
  async (t) => {
    const room = await SigningRoom.open(t)
    const { hostUrl: databaseUrl } = await testDatabases(t)
    const home = await temporaryHome(t)
    const settings = { databaseUrl, home, environment: room.environment }
    const host = await HostProcess.start(t, settings)
    const before = await Company.open(t, host, 'dongchen', ['e-signature'])
    await room.furnish(before)
    await defineContract(before, { isSealed: false })
    const envelope = await sendContract(before, { isSealed: false })
    const first = new Visitor(before, room, buyer.email)
    const shown = await first.look()
    const agreement = await first.agreement(shown)
    room.time.asked = async () => {
      delete room.time.asked
      await host.kill('SIGKILL')
    }
    await t.rejects(
      first.follow(shown.links['sign'] ?? '', { ...agreement, values: { place: '苏州' } }),
    )

    const second = await HostProcess.start(t, settings)
    const company = before.at(second)
    const show = () => company.ask(envelopes, 'envelope', { envelope })
    t.match(await show(), { state: 'sent', documents: [{ revision: 0 }] })
    t.equal(pdfSignatures(await fileOf(company, envelope)).length, 0)
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
    await company.eventually(
      'the signature',
      show,
      ({ documents: [{ revision }] }) => revision === 1,
      180_000,
    )
    t.match(await new Visitor(company, room, seller.email).sign(), { status: 200 })
    t.match(await show(), { state: 'completed', documents: [{ revision: 2, level: 'B-T' }] })
    const file = await fileOf(company, envelope)
    t.equal(pdfSignatures(file).length, 2)
    t.same(await judgeSignatures(file, room.openssl), [])
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })

    await second.kill('SIGKILL')
    const after = before.at(await HostProcess.start(t, settings))
    const { certificate } = await after.eventually(
      'the certificate of completion, which is made behind the answer to the last signer',
      () => after.ask(envelopes, 'envelope', { envelope }),
      (shown) => shown.certificate !== undefined,
      180_000,
    )
    t.match(await after.ask(envelopes, 'completion', { envelope }), { sha256: certificate })
    t.match(await after.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
  },
)
