import t from 'tap'
import { lineageOperationFaults } from '../../src/contract/lineage-operations.ts'
import { validateManifest } from '../../src/manifest/manifest.ts'

const why = { en: 'Because' }
const flow = {
  inputs: ['service:orders.demand@1/list', 'event:orders.created', 'table:models'],
  columnMap: {
    answer: {
      '/rows/[]/quantity': [
        { input: 'service:orders.demand@1/list', field: '/rows/[]/demand', how: 'aggregation' },
        { input: 'table:models', field: 'slope' },
      ],
    },
  },
}
const refit = {
  inputs: ['dataset:postgres://erp:5432#sales.orders'],
  outputs: ['table:models', 'event:forecast.updated'],
}
const good = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Forecast' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  capabilities: {
    'db:own': [{ quotaMb: 10, why }],
    'service:call': [{ service: 'orders.demand@^1', why }],
    'event:subscribe': [{ type: 'orders.created', why }],
    'event:publish': [{ type: 'forecast.updated', why }],
  },
  provides: {
    services: [{ id: 'orders.forecast', contract: 'contracts/forecast.json' }],
    events: [{ type: 'forecast.updated', schema: 'schemas/updated.json' }],
    jobs: [{ id: 'refit' }],
  },
  lineage: { operations: { 'orders.forecast/forecast': flow }, jobs: { refit } },
}

function faultsWith(lineage: object, more: object = {}): readonly string[] {
  const result = validateManifest({ ...good, ...more, lineage })
  return result.ok ? [] : result.faults.map(({ pointer }) => pointer)
}

t.test('lineage that the plugin can have is taken', async (t) => {
  const result = validateManifest(good)
  t.same(result.ok ? [] : result.faults, [])
})

t.test('what a plugin may not read cannot be where its data comes from', async (t) => {
  const name = 'orders.forecast/forecast'
  const at = `/lineage/operations/${name.replace('/', '~1')}`
  const operation = (of: object) => ({ operations: { [name]: of } })
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [operation({ inputs: ['service:orders.demand@2/list'] }), [`${at}/inputs/0`]],
    [operation({ inputs: ['event:orders.gone'] }), [`${at}/inputs/0`]],
    [operation({ inputs: ['answer'] }), [`${at}/inputs/0`]],
    [operation({ inputs: [], outputs: ['event:orders.created'] }), [`${at}/outputs/0`]],
    [operation({ inputs: [], outputs: ['service:orders.demand@1/put'] }), [`${at}/outputs/0`]],
    [
      operation({
        inputs: [],
        columnMap: { answer: { a: [{ input: 'table:models', field: 'b' }] } },
      }),
      [`${at}/columnMap/answer/a/0/input`],
    ],
    [
      operation({ inputs: [], columnMap: { 'table:models': {} } }),
      [`${at}/columnMap/table:models`],
    ],
    [{ operations: { 'orders.other/list': flow } }, ['/lineage/operations/orders.other~1list']],
    [{ jobs: { other: refit } }, ['/lineage/jobs/other']],
    [{ jobs: { refit: { inputs: [], outputs: ['answer'] } } }, ['/lineage/jobs/refit/outputs/0']],
    [operation({ inputs: ['somewhere'] }), [`${at}/inputs/0`]],
  ]
  for (const [lineage, pointers] of cases) {
    t.same(faultsWith(lineage), pointers, JSON.stringify(lineage))
  }
})

t.test('an operation that the contract does not have is told', async (t) => {
  const result = validateManifest(good)
  if (!result.ok) throw new Error('not good')
  const contract = { id: 'orders.forecast', major: 1, title: { en: 'x' } }
  const operation = { input: true, output: true }
  const faults = (operations: object) =>
    lineageOperationFaults({ ...contract, operations } as never, result.manifest)
  t.same(faults({ forecast: operation }), [])
  t.match(faults({ reorder: operation }), [{ pointer: '/operations', detail: /"forecast"/ }])
})
