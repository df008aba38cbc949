import { readFile } from 'node:fs/promises'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import t from 'tap'
import plugin from '../../src/index.ts'
import { milStd105e } from '../../src/sampling/mil-std-105e.ts'
import { samplingSelfTest } from '../../src/sampling/sampling-self-test.ts'
import { aqlPlan, ocPa } from '../../src/sampling/sampling-udfs.ts'
import type { SchemeTables } from '../../src/sampling/scheme-tables.ts'
import { schemeProblems } from '../../src/sampling/validate-scheme.ts'
import { dropSchemes, samplingHost } from './sampling-host.ts'

const contract = JSON.parse(
  await readFile(new URL('../../contracts/quality.sampling.json', import.meta.url), 'utf8'),
)
const operations = plugin.services['quality.sampling']
const own: SchemeTables = {
  ...milStd105e,
  scheme: 'acme-2026',
  title: { en: 'ACME 2026', 'zh-CN': 'ACME 2026 方案' },
}

t.test('the contract is one, and names what the service does', async (t) => {
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(operations).sort(), Object.keys(contract.operations).sort())
  t.doesNotThrow(samplingSelfTest)
})

t.test('every example is what the plugin answers, to ten digits', async (t) => {
  const { host } = await samplingHost()
  for (const [name, { examples = [], output }] of Object.entries<Described>(contract.operations)) {
    const isAnswer = contractCompiler().compile(output)
    for (const example of examples) {
      const answer = await host.call('quality.sampling', name, example.input)
      t.strictSame(rounded(answer), rounded(example.output), `${name}: ${example.name}`)
      t.ok(isAnswer(answer))
    }
  }
})

t.test('what a schema can say is said by it, and the rest by a coded refusal', async (t) => {
  const { host } = await samplingHost()
  const plan = (change: object) =>
    host.call('quality.sampling', 'plan', { lotSize: 1000, aql: 1, ...change })
  await t.rejects(plan({ lotSize: 0 }), { code: 'CORE_INPUT_INVALID' })
  await t.rejects(plan({ aql: 0 }), { code: 'CORE_INPUT_INVALID' })
  await t.rejects(plan({ severity: 'lax' }), { code: 'CORE_INPUT_INVALID' })
  await t.rejects(plan({ aql: 0.02 }), { code: 'AQL_NOT_IN_TABLE' })
  await t.rejects(plan({ level: 'IV' }), { code: 'LEVEL_UNKNOWN' })
  await t.rejects(plan({ aql: 25, unit: 'percent-nonconforming' }), { code: 'AQL_UNIT_MISMATCH' })
  await t.rejects(plan({ scheme: 'none' }), { code: 'SCHEME_UNKNOWN' })
  await t.rejects(plan({ scheme: 'iso-2859-1', severity: 'reduced' }), { code: 'TABLE_NOT_LOADED' })
  t.match(await plan({ aql: 25 }), { unit: 'nonconformities-per-100' })
})

t.test(
  "a tenant's own scheme is loaded, read, replaced by who knows its revision, and planned by",
  async (t) => {
    const { host, client } = await samplingHost()
    const call = (operation: string, input: unknown) =>
      host.call('quality.sampling', operation, input)
    t.strictSame(await call('loadScheme', { tables: own }), { scheme: 'acme-2026', revision: 1 })
    await t.rejects(call('loadScheme', { tables: own }), { code: 'REVISION_STALE' })
    const tighter = { ...own, single: { ...own.single, normal: own.single.tightened } }
    t.strictSame(await call('loadScheme', { tables: tighter, revision: 1 }), {
      scheme: 'acme-2026',
      revision: 2,
    })
    await t.rejects(call('loadScheme', { tables: own, revision: 1 }), { code: 'REVISION_STALE' })
    t.strictSame(await call('scheme', { scheme: 'acme-2026' }), { tables: tighter })
    const { stages } = (await call('plan', { scheme: 'acme-2026', lotSize: 1000, aql: 1 })) as {
      stages: unknown
    }
    t.strictSame(stages, [{ sampleSize: 80, accept: 1, reject: 2 }])
    t.match(await call('schemes', {}), {
      items: [
        { scheme: 'mil-std-105e', builtIn: true },
        { scheme: 'iso-2859-1', builtIn: true },
        { scheme: 'acme-2026', builtIn: false, revision: 2 },
      ],
    })
    await call('loadScheme', { tables: { ...own, scheme: 'beta' } })
    const first = (await call('schemes', { limit: 1 })) as { next: string }
    t.equal(first.next, 'acme-2026')
    t.match(await call('schemes', { limit: 1, cursor: first.next }), {
      items: [{ scheme: 'beta' }],
    })
    await t.rejects(call('loadScheme', { tables: milStd105e }), { code: 'SCHEME_RESERVED' })
    await client.query(await dropSchemes())
    t.match((await client.query("select to_regclass('sampling_schemes') as name")).rows, [
      { name: null },
    ])
  },
)

t.test('tables that contradict themselves are not loaded, and the place is named', async (t) => {
  t.strictSame(schemeProblems(own), [])
  const wrong = (change: object, place: RegExp) =>
    t.match(schemeProblems({ ...own, ...change }).join('; '), place)
  const normal = own.single.normal
  const withRow = (row: string, change = {}) => ({
    single: { normal: { ...normal, rows: { ...normal?.rows, J: row }, ...change } },
  })
  const J = normal?.rows['J'] ?? ''
  wrong(withRow(J.replace('1/2 2/3', '1/2')), /single\/normal\/rows\/J: 26 cells/)
  wrong(withRow(J.replace('2/3', '3/3')), /single\/normal\/rows\/J: Ac is below Re/)
  wrong(withRow(J.replace('2/3', '5/9')), /single\/normal\/rows\/J: Re rises with the AQL/)
  wrong({ aqls: [...own.aqls].reverse() }, /aqls: each is larger/)
  wrong({ lotSizesTo: own.lotSizesTo.slice(0, -1) }, /lotSizesTo: the last is null/)
  wrong({ codeLetters: { II: 'ABC' } }, /codeLetters\/II: 15 letters/)
  wrong({ codeLetters: { II: 'ZBCDEFGHJKLMNPQ' } }, /codeLetters\/II: every letter/)
  wrong({ single: { tightened: own.single.tightened } }, /single\/normal: a scheme has at least/)
  wrong({ single: { normal } }, /double\/reduced: its plans stand in the cells of single\/reduced/)
  const above = Array(26).fill('^').join(' ')
  wrong(
    { single: { ...own.single, normal: { ...normal, rows: { ...normal?.rows, A: above } } } },
    /arrows at AQL .* lead out/,
  )
  wrong(
    { single: { ...own.single, normal: own.single.tightened, tightened: normal } },
    /single\/tightened: .* accepts more often/,
  )
  const double = (stages: string) => ({
    double: {
      normal: { ...own.double?.normal, stages: { ...own.double?.normal?.stages, '1/2': stages } },
    },
  })
  wrong(double('0/2 1/3'), /double\/normal\/stages\/1\/2: the last Re is Ac \+ 1/)
  wrong(double('1/2 0/1'), /never fall/)
  wrong(double('2/2 2/3'), /Ac is below Re/)
})

t.test('functions over rows plan and judge as the service does', async (t) => {
  t.strictSame(aqlPlan(1000, 'II', 1, 'normal', 'mil-std-105e'), {
    letter: 'J',
    ...{ n: 80, ac: 2, re: 3 },
    ...{ inspect: 80, wholeLot: false },
  })
  t.match(aqlPlan(50, 'II', 0.1, 'tightened', 'mil-std-105e'), {
    n: 200,
    inspect: 50,
    wholeLot: true,
  })
  t.throws(() => aqlPlan(0, 'II', 1, 'normal', 'mil-std-105e'), { code: 'LOT_SIZE_INVALID' })
  t.throws(() => aqlPlan(9, 'II', 1, 'lax', 'mil-std-105e'), { code: 'SEVERITY_UNKNOWN' })
  const values = judged([
    [125, 3, 0.01, 'binomial'],
    [20, 0, 0.05, 'poisson'],
    [102, 0, 0.02, 'hypergeometric:500'],
    [125, 3, 0.01, 'binomial'],
    [null, 3, 0.01, 'binomial'],
  ])
  t.ok(Math.abs((values[0] ?? 0) - 0.962550937836636) < 1e-12)
  t.ok(Math.abs((values[1] ?? 0) - 0.367879441171442) < 1e-12)
  t.ok((values[2] ?? 1) <= 0.1)
  t.equal(values[3], values[0])
  t.throws(() => judged([[5, 0, 0.1, 'uniform']]), { code: 'DISTRIBUTION_UNKNOWN' })
  t.throws(() => judged([[5, 0, 1.1, 'binomial']]), { code: 'PLAN_INVALID' })
  t.throws(() => judged([[9, 0, 0.1, 'hypergeometric:5']]), { code: 'PLAN_INVALID' })
})

interface Described {
  readonly examples?: readonly {
    readonly name: string
    readonly input: unknown
    readonly output: unknown
  }[]
  readonly output: object
}

type Row = readonly [number | null, number, number, string]

function judged(rows: readonly Row[]): Float64Array {
  const column = (index: number) => ({
    values: Float64Array.from(rows, (row) => Number(row[index])),
    get: (row: number) => rows[row]?.[index] ?? null,
  })
  const out = new Float64Array(rows.length)
  const columns = [0, 1, 2, 3].map(column)
  ocPa(columns as unknown as Parameters<typeof ocPa>[0], rows.length, out)
  return out
}

/** Other machines may round the last digits otherwise. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toPrecision(10)) : part,
  )
}
