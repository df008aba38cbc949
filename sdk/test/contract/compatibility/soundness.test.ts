import t from 'tap'
import { schemaChanges } from '../../../src/contract/compatibility/schema-changes.ts'
import { contractCompiler, schemaFaults } from '../../../src/contract/contract.ts'
import { fc } from '../../seeded-check.ts'
import { documents, schemaVersions } from './schema-arbitrary.ts'

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 120)
const pairs = schemaVersions.filter(
  ({ old, now }) => schemaFaults(old).length === 0 && schemaFaults(now).length === 0,
)
const samples = fc.array(documents, { minLength: 60, maxLength: 60 })

const isBreaking = (old: unknown, now: unknown, side: 'input' | 'output') =>
  schemaChanges(old, now, { side, pointer: '' }).some(({ kind }) => kind === 'breaking')

/** The schema to a reader who passes over fields that he does not know. */
function toReaders(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(toReaders)
  const entries = Object.entries(schema)
    .filter(([key, value]) => !(key === 'additionalProperties' && value === false))
    .map(([key, value]) => [key, ['not', 'if'].includes(key) ? value : toReaders(value)])
  return Object.fromEntries(entries)
}

interface Tally {
  harmless: number
  tried: number
}

function checkAll(
  judge: (old: unknown, now: unknown) => boolean,
  sides: (old: unknown, now: unknown) => { narrow: unknown; wide: unknown },
): Tally {
  const tally: Tally = { harmless: 0, tried: 0 }
  fc.assert(
    fc.property(pairs, samples, ({ old, now }, values) => {
      if (JSON.stringify(old) === JSON.stringify(now) || judge(old, now)) return
      tally.harmless++
      const { narrow, wide } = sides(old, now)
      const fitsNarrow = contractCompiler().compile(narrow as object)
      const fitsWide = contractCompiler().compile(wide as object)
      for (const value of values) {
        if (!fitsNarrow(value)) continue
        tally.tried++
        if (!fitsWide(value)) throw new Error(`does not fit: ${JSON.stringify(value)}`)
      }
    }),
    { numRuns },
  )
  return tally
}

t.test('what an input took, it takes after a change that is not breaking', async (t) => {
  const { harmless, tried } = checkAll(
    (old, now) => isBreaking(old, now, 'input'),
    (old, now) => ({ narrow: old, wide: now }),
  )
  t.comment(`${harmless} harmless pairs, ${tried} documents`)
  t.ok(harmless > numRuns / 20 && tried > harmless)
})

t.test(
  'what an output gives after a change that is not breaking, the old one promised',
  async (t) => {
    const { harmless, tried } = checkAll(
      (old, now) => isBreaking(old, now, 'output'),
      (old, now) => ({ narrow: now, wide: toReaders(old) }),
    )
    t.comment(`${harmless} harmless pairs, ${tried} documents`)
    t.ok(harmless > numRuns / 20 && tried > harmless)
  },
)
