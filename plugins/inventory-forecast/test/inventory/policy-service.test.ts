import { readFile } from 'node:fs/promises'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import plugin from '../../src/index.ts'

const folder = new URL('../../', import.meta.url)
const contract = JSON.parse(
  await readFile(new URL('contracts/inventory.policy.json', folder), 'utf8'),
)
const operations = plugin.services['inventory.policy']
const host = await createTestHost({ folder, plugin })

/** The examples print four decimals. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toFixed(4)) : part,
  )
}

t.test('every example is what the plugin answers, within its contract', async (t) => {
  t.strictSame(validateContract(contract), { ok: true, contract })
  t.strictSame(Object.keys(operations).sort(), Object.keys(contract.operations).sort())
  for (const [name, { examples, output }] of Object.entries<{
    examples: { name: string; input: Record<string, unknown>; output: unknown }[]
    output: Record<string, unknown>
  }>(contract.operations)) {
    const isAnswer = contractCompiler().compile(output)
    for (const example of examples) {
      const answer = await host.call('inventory.policy', name, example.input)
      t.strictSame(rounded(answer), example.output, `${name}: ${example.name}`)
      t.ok(isAnswer(answer), `${name}: unrounded, it fits the contract`)
    }
  }
})

t.test('a simulation without a seed says the one it drew, which repeats it', async (t) => {
  const [{ input }] = contract.operations.simulate.examples
  const { seed, ...free } = input
  t.type(seed, 'number')
  type Answer = { readonly seed: number }
  const drawn = (await host.call('inventory.policy', 'simulate', free)) as Answer
  const again = await host.call('inventory.policy', 'simulate', { ...free, seed: drawn.seed })
  t.strictSame(again, drawn)
  const long = { ...free, periods: 2000, paths: 5000 }
  await t.rejects(host.call('inventory.policy', 'simulate', long), { code: 'SIMULATION_TOO_LONG' })
})

t.test(
  'refusals are in the contract, and what the schema forbids does not come through',
  async (t) => {
    const { demand, leadTime } = contract.operations.policy.examples[1].input
    const call = (input: Record<string, unknown>) =>
      host.call('inventory.policy', 'policy', { demand, leadTime, ...input })
    const refused: [string, Record<string, unknown>][] = [
      ['UNIT_MISMATCH', { demandUnit: 'KGM', stockUnit: 'C62' }],
      ['REVIEW_MISSING', { policy: 'R,S' }],
      ['CONSTRAINTS_CONFLICT', { constraints: { minimumOrder: 9, maximumOrder: 3 } }],
      ['CORE_INPUT_INVALID', { service: { type: 'cycle', level: 1 } }],
      ['CORE_INPUT_INVALID', { service: { type: 'cycle', level: 0 } }],
      ['CORE_INPUT_INVALID', { demand: { kind: 'history', history: [] } }],
      ['CORE_INPUT_INVALID', { demand: { kind: 'history', history: [1e15] } }],
      ['CORE_INPUT_INVALID', { demand: { kind: 'history', history: ['5'] } }],
      ['CORE_INPUT_INVALID', { leadTime: { periods: -1 } }],
      ['CORE_INPUT_INVALID', { leadTime: { periods: 61 } }],
    ]
    const listed = contract.operations.policy.errors.map(({ code }: { code: string }) => code)
    for (const [code, input] of refused) {
      await t.rejects(call(input), { code }, `${code} ${JSON.stringify(input)}`)
      t.ok(code.startsWith('CORE_') || listed.includes(code))
    }
  },
)

t.test('the largest inputs are answered well within a turn', async (t) => {
  const history = Array.from({ length: 1200 }, (_, i) => ((i * 7919) % 1009) * (i % 3))
  const started = process.cpuUsage()
  const worst = {
    demand: { kind: 'history', history, periodsPerYear: 366 },
    leadTime: { periods: 60, sd: 30 },
    reviewPeriods: 30,
  }
  await host.call('inventory.policy', 'policy', worst)
  const policyMs = process.cpuUsage(started).user / 1000
  const items = Array.from({ length: 200 }, (_, i) => ({
    id: `${i}`,
    mean: 50 + i,
    sd: 20,
    distribution: 'count',
    unitCost: 1 + (i % 9),
  }))
  const second = process.cpuUsage()
  await host.call('inventory.policy', 'allocateBudget', { items, budget: 1e6 })
  const budgetMs = process.cpuUsage(second).user / 1000
  const third = process.cpuUsage()
  await host.call('inventory.policy', 'intermittent', {
    history,
    periods: 120,
    weights: 'optimised',
  })
  const intermittentMs = process.cpuUsage(third).user / 1000
  t.comment(
    `policy ${policyMs.toFixed(0)} ms, budget ${budgetMs.toFixed(0)} ms, intermittent ${intermittentMs.toFixed(0)} ms of CPU`,
  )
  t.ok(Math.max(policyMs, budgetMs, intermittentMs) < 1500)
})

t.test('functions answer rows and columns, and NaN where there is no answer', async (t) => {
  const { croston, sba, tsb, nb_quantile, abc_class, norm_inv, safety_stock } = plugin.udfs
  const history = [0, 3, 0, 1, null, 0, 2]
  t.ok(Math.abs(croston(history, 0.1, 0.1)! / sba(history, 0.1, 0.1)! - 1 / 0.95) < 1e-12)
  t.equal(tsb([0, 0], 0.1, 0.1), 0)
  t.ok(Number.isNaN(croston('none', 0.1, 0.1)))
  t.equal(nb_quantile(0.9, 2, 10), 6)
  t.ok(Number.isNaN(nb_quantile(1, 2, 10)))
  t.strictSame(
    [0, 0.79, 0.8, 0.95, 1].map((before) => abc_class(before)),
    ['A', 'A', 'B', 'C', 'C'],
  )
  // Of a column these functions read the values alone.
  const column = (...values: number[]) =>
    ({ values: Float64Array.from(values) }) as unknown as Parameters<typeof norm_inv>[0][0]
  const quantiles = norm_inv([column(0.975, 1, 0.5)], 3, new Float64Array(3)) as Float64Array
  t.ok(Math.abs(quantiles[0]! - 1.959963984540054) < 1e-12)
  t.strictSame([Number.isNaN(quantiles[1]), quantiles[2]], [true, 0])
  const columns = [[100], [20], [4], [0.5], [0.95]] as const
  const [mean, sd, lead, sdLead, level] = columns.map((values) => column(...values))
  const stocks = safety_stock([mean!, sd!, lead!, sdLead!, level!], 1, new Float64Array(1))
  t.ok(Math.abs((stocks as Float64Array)[0]! - 105.32198) < 1e-4)
})
