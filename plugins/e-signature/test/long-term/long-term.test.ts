import t from 'tap'
import { pdfsig, programsMissing, said } from '../support/signed-file.ts'
import { verified } from '../verification/verified.ts'
import { DAY, fileOf, levelOf, onDisk, opened, room, signed, upgraded, waiting } from './room.ts'

const skip = await programsMissing('pdfsig', 'qpdf', 'certutil')
const own = await room(t)
const { pki, web } = own
const anchors = [await pki.certificate('root')]
const open = await opened(t, own)
const YEARS = Date.now() + 5 * 365 * DAY
const HOUR = 3_600_000

t.test('by its policy a document gets proofs that hold after its signer’s certificate has ended', { skip }, async (t) => {
  own.signer = 'alice'
  own.asked.length = 0
  const company = await open()
  const envelope = await signed(company, 'B-LTA')
  t.equal(await levelOf(company, envelope), 'B-T')
  t.match(await waiting(company), [{ envelope, level: 'B-T', wanted: 'B-LTA', reason: 'NOT_TRIED' }])
  await upgraded(company)
  t.equal(await levelOf(company, envelope), 'B-LTA')
  t.strictSame(await waiting(company), [])
  t.match(company.events('proof.renewed').map(({ data }) => data), [{ level: 'B-LT' }, { level: 'B-LTA' }])
  t.match(await company.call('verifyEvidence', { envelope }), { valid: true })

  const file = await fileOf(company, envelope)
  t.match(verified(file, anchors, YEARS).signatures, [
    { level: 'B-LTA', chain: 'trusted', timeSource: 'timestamp', changesAfter: 'allowed', faults: [] },
    { kind: 'timestamp', intact: true, chain: 'trusted', coversWholeFile: true, faults: [] },
  ])
  const path = await onDisk(file)
  const report = await pdfsig(pki, path)
  t.equal(report.match(/Signature is Valid/g)?.length, 2, report)
  t.match(await said('qpdf', '--check', path), /No syntax or stream encoding errors found/)
  t.strictSame(
    own.asked.filter((one) => !one.includes('tsa')).toSorted(),
    ['GET https://crl.example/root.crl', 'POST https://ocsp.example/ca', 'POST https://ocsp.example/ca'],
  )
})

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
