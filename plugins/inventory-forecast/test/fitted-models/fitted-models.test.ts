import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { autoEts } from '../../src/ets/auto-ets.ts'
import { fitKey } from '../../src/fitted-models/fit-key.ts'
import { sha256 } from '../../src/fitted-models/sha256.ts'
import { fromStored, toStored } from '../../src/fitted-models/stored-model.ts'
import { forecast } from '../../src/forecast/forecast.ts'
import { contextWith, contextWithoutTables, failingContext } from '../context.ts'

// A run of the tests says the same each time.
fc.configureGlobal({ seed: 20_261_126 })

const history = [52, 61, 74, 49, 55, 66, 78, 53, 60, 70, 85, 56, 63, 75, 88, 60]
const request = { history, frequency: 4, horizon: 4, method: 'ets' } as const

/** The table of one tenant, as far as the plugin's three statements go. */
function table(rows = new Map<string, string>()) {
  const context = contextWith((sql, [key, model]) => {
    if (sql.startsWith('select')) {
      const found = rows.get(key as string)
      return found === undefined ? [] : [{ model: found }]
    }
    if (sql.startsWith('insert')) rows.set(key as string, model as string)
    return []
  })
  return { ...context, rows }
}

t.test(
  'the second call for a series finds the model of the first, and answers the same',
  async (t) => {
    const context = table()
    const first = await forecast(request, context)
    t.match(context.statements.slice(0, 2), [/^select/, /^insert .+ on conflict do nothing$/])
    const writes = context.statements.length
    t.strictSame(await forecast(request, context), first)
    t.match(context.statements.slice(writes), [/^select/], 'nothing is fitted or kept again')
    t.strictSame(
      await forecast(request, contextWithoutTables),
      first,
      'nor does a kept model change an answer',
    )
  },
)

t.test('an answer does not wait for tables that are not there', async (t) => {
  const warned: unknown[] = []
  const quiet: unknown[] = []
  const log = {
    debug: (_: string, fields?: object) => quiet.push(fields),
    info: () => undefined,
    warn: (_: string, fields?: object) => warned.push(fields),
    error: () => undefined,
  }
  const expected = await forecast(request, table())
  t.strictSame(await forecast(request, failingContext('CORE_DATABASE_UNAVAILABLE', log)), expected)
  t.strictSame(warned, [
    { code: 'CORE_DATABASE_UNAVAILABLE' },
    { code: 'CORE_DATABASE_UNAVAILABLE' },
  ])
  t.strictSame(await forecast(request, failingContext('CORE_GRANT_MISSING', log)), expected)
  t.equal(warned.length, 2, 'a tenant that granted no tables is not warned')
  t.equal(quiet.length, 2)
})

t.test('a kept text that is no model of the series is fitted over', async (t) => {
  const expected = await forecast(request, table())
  const key = fitKey(history, 4)
  const model = autoEts(history, 4)
  const broken = [
    '',
    'null',
    '7',
    '{}',
    JSON.stringify({ ...model, smoothing: { ...model.smoothing, alpha: null } }),
    JSON.stringify({ ...model, initial: { ...model.initial, seasonal: [1, 2] } }),
    JSON.stringify({ ...model, form: { error: 'A', trend: 'N', season: 'M' } }),
    JSON.stringify({ ...model, initial: { ...model.initial, level: -1e300 } }),
  ]
  for (const text of broken)
    t.strictSame(await forecast(request, table(new Map([[key, text]]))), expected, text)
})

t.test('one insert in sixteen sweeps the oldest models', async (t) => {
  const sweeps = async (offset: number): Promise<boolean> => {
    const context = table()
    await forecast({ ...request, history: history.map((value) => value + offset) }, context)
    return context.statements.some((sql) => sql.startsWith('delete'))
  }
  const offsets = Array.from({ length: 40 }, (_, i) => i)
  for (const offset of offsets) {
    const key = fitKey(
      history.map((value) => value + offset),
      4,
    )
    t.equal(await sweeps(offset), key.startsWith('0'))
  }
})

t.test('a stored model is read back bit for bit', async (t) => {
  const model = autoEts(history, 4)
  t.strictSame(fromStored(toStored(model), 4), model)
})

t.test('a key is the SHA-256 of series and frequency', async (t) => {
  t.not(fitKey(history, 4), fitKey(history, 12))
  t.not(fitKey(history, 4), fitKey([...history].reverse(), 4))
  const text = fc
    .array(fc.constantFrom(...'0123456789.,-[]e'), { maxLength: 200 })
    .map((c) => c.join(''))
  fc.assert(
    fc.property(
      text,
      (ascii) => sha256(ascii) === createHash('sha256').update(ascii).digest('hex'),
    ),
    { seed: 9, numRuns: 300 },
  )
})
