import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Refusal } from '@signalbox/sdk'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { contract } from '../support/sample-pdf.ts'
import { FONT } from '../support/signed-file.ts'

const cases = new URL('../../../../../shared/cases/domain/esign/unsigned/', import.meta.url)
const files = [contract(), contract({ xref: 'stream', pages: [{ text: 'a' }, { text: 'b' }] })]
if (existsSync(cases)) {
  for (const name of readdirSync(cases))
    files.push(new Uint8Array(readFileSync(new URL(name, cases))))
}

t.test('a file with changed bytes is prepared or refused, and fails in no other way', async (t) => {
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  })
  const file = fc.constantFrom(...files)
  await fc.assert(
    fc.asyncProperty(
      file,
      damage,
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      async (whole, changes, part) => {
        const broken = whole.slice(0, part > 0.9 ? whole.length : Math.floor(part * whole.length))
        for (const [where, byte] of changes) broken[Math.floor(where * (broken.length - 1))] = byte
        const fields = [
          {
            name: 'f',
            kind: 'signature' as const,
            signer: 's',
            at: { page: 1, x: 1, y: 1, width: 50, height: 20 },
          },
        ]
        try {
          await prepareDocument(broken, { fields, values: {}, seals: [], signers: [], font: FONT })
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
      },
    ),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 150) },
  )
  t.pass()
})
