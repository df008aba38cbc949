import t from 'tap'
import { Pki, profiles } from '../support/pki.ts'
import { contract, makePdf, type Objects, sign } from './pdf-maker.ts'
import { verified } from './verified.ts'

const count = 50

/** A file with fifty fields, each signed in an update of its own. */
async function fiftySigners(pki: Pki): Promise<Buffer> {
  const numbers = Array.from({ length: count }, (_, at) => 100 + at)
  const refs = numbers.map((number) => `${number} 0 R`).join(' ')
  const field = (number: number) =>
    `<< /FT /Sig /T (S${number}) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [60 ${number} 100 ${number + 1}] >>`
  const objects: Objects = {
    ...contract,
    3: (contract[3] ?? '').replace(/\/Annots \[.*\]/, `/Annots [${refs}]`),
    5: `<< /Fields [${refs}] /SigFlags 3 >>`,
    ...Object.fromEntries(numbers.map((number) => [number, field(number)])),
  }
  let file = makePdf(objects)
  for (const number of numbers) {
    file = await sign(file, pki, {
      field: number,
      value: number * 2 + 100,
      fieldBody: field(number),
    })
  }
  return file
}

t.test(
  'fifty signatures, each with all that came later, are verified within three seconds',
  async (t) => {
    const pki = await Pki.start(t)
    await pki.issue('alice', { kind: 'p256', extensions: profiles.signer, by: 'inter' })
    const anchors = [await pki.certificate('root')]
    const file = await fiftySigners(pki)
    const began = process.cpuUsage()
    const { signatures } = verified(file, anchors)
    const { user, system } = process.cpuUsage(began)
    const ms = (user + system) / 1000
    t.comment(`${ms.toFixed(0)} ms of processor time`)
    t.ok(ms < 3000, `${ms} ms`)
    t.equal(signatures.length, count)
    t.ok(
      signatures.every(
        ({ intact, chain, faults }) => intact && chain === 'trusted' && faults.length === 0,
      ),
    )
    t.strictSame(
      signatures.map(({ changes }) => changes.length),
      Array.from({ length: count }, (_, at) => count - 1 - at),
    )
  },
)
