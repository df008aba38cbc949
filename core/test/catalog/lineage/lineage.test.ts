import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { type FlowOf, jobEvent, runEvent } from '../../../src/catalog/lineage/openlineage-event.ts'
import { serviceLineage } from '../../../src/catalog/lineage/service-lineage.ts'
import {
  emptySnapshot,
  type InstalledVersion,
  type Snapshot,
} from '../../../src/rollout/routing/snapshot.ts'
import { jobEventRules, runEventRules } from '../../support/openlineage-rules.ts'

const ajv = new Ajv2020({ allErrors: true, strict: false })
const at = new Date('2026-06-01T12:00:00Z')

const demand = 'service:orders.demand@1/list'
const operation: FlowOf = {
  kind: 'operations',
  name: 'orders.forecast@1/forecast',
  plugin: '@acme/forecast',
  flow: {
    inputs: [demand, 'dataset:postgres://erp:5432#sales.orders', 'table:models'],
    columnMap: {
      answer: {
        '/rows/[]/quantity': [
          { input: demand, field: '/rows/[]/demand', how: 'aggregation' },
          { input: 'table:models', field: 'slope', how: 'group-by' },
        ],
      },
    },
  },
}
const job: FlowOf = {
  ...operation,
  kind: 'jobs',
  name: '@acme/forecast/refit',
  flow: { inputs: [demand], outputs: ['table:models', 'event:forecast.updated'] },
}

t.test('a flow is told as OpenLineage has it, with its columns', async (t) => {
  const event = jobEvent(operation, at)
  const check = ajv.compile(jobEventRules)
  t.ok(check(JSON.parse(JSON.stringify(event))), JSON.stringify(check.errors))
  t.same(event.inputs, [
    { namespace: 'signalbox', name: demand },
    { namespace: 'postgres://erp:5432', name: 'sales.orders' },
    { namespace: 'signalbox', name: 'table:@acme/forecast/models' },
  ])
  t.match(event.outputs, [
    {
      name: 'service:orders.forecast@1/forecast',
      facets: {
        columnLineage: {
          fields: {
            'rows.quantity': {
              inputFields: [
                {
                  name: demand,
                  field: 'rows.demand',
                  transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }],
                },
                { field: 'slope', transformations: [{ type: 'INDIRECT', subtype: 'GROUP_BY' }] },
              ],
            },
          },
        },
      },
    },
  ])
})

t.test('what one answers is what another reads, under the same name', async (t) => {
  const [read] = jobEvent(operation, at).inputs
  const provider = { ...operation, name: 'orders.demand@1/list', flow: { inputs: [] } }
  const [answered] = jobEvent(provider, at).outputs
  t.same(answered, read)
})

t.test('the events of a run have one id, and another run has another', async (t) => {
  const check = ajv.compile(runEventRules)
  const of = (run: string, state: 'START' | 'COMPLETE') =>
    runEvent(job, { run, state, tenant: 'acme', at })
  const start = of('run_1.1', 'START')
  t.ok(check(JSON.parse(JSON.stringify(start))), JSON.stringify(check.errors))
  t.equal(of('run_1.1', 'COMPLETE').run.runId, start.run.runId)
  t.not(of('run_1.2', 'START').run.runId, start.run.runId)
  t.match(start, { job: { namespace: 'signalbox/acme', name: '@acme/forecast/refit' } })
})

function installed(plugin: string, manifest: object, service?: string): InstalledVersion {
  const contract = { id: service, major: 1, title: { en: 'x' }, operations: {} }
  const contracts = service === undefined ? {} : { [service]: contract }
  return { plugin, version: '1.0.0', manifest, contracts } as unknown as InstalledVersion
}

const versions = [
  installed(
    '@acme/orders',
    {
      provides: { events: [{ type: 'orders.created' }] },
      capabilities: { 'service:call': [{ service: 'erp.orders@^1' }] },
      lineage: { operations: { 'orders.demand/list': { inputs: ['service:erp.orders@1/all'] } } },
    },
    'orders.demand',
  ),
  installed(
    '@acme/forecast',
    { capabilities: { 'service:call': [{ service: 'orders.demand@^1' }] } },
    'orders.forecast',
  ),
  installed('@globex/own', { capabilities: { 'event:subscribe': [{ type: 'orders.created' }] } }),
  installed('@acme/other', { capabilities: { 'service:call': [{ service: 'orders.demand@^2' }] } }),
]
const snapshot: Snapshot = {
  ...emptySnapshot,
  providers: new Map([['orders.demand@1', '@acme/orders']]),
  stable: new Map(versions.map(({ plugin, version }) => [plugin, version])),
  versions: new Map(versions.map((one) => [`${one.plugin}@${one.version}`, one])),
  bindings: new Map([['globex @globex/own', { binding: 'enabled', pinnedVersion: null }]]),
}

t.test('who a service has its data from, and who goes on with it, is known', async (t) => {
  const of = (tenant: string | null) =>
    serviceLineage(snapshot, { id: 'orders.demand', major: 1 }, tenant)
  t.same(of(null), {
    upstream: { services: ['erp.orders@^1'], events: [] },
    downstream: [
      { plugin: '@acme/forecast', services: ['orders.forecast@1'], calls: true, hears: [] },
      { plugin: '@globex/own', services: [], calls: false, hears: ['orders.created'] },
    ],
    operations: { list: { inputs: ['service:erp.orders@1/all'] } },
  })
  const plugins = (tenant: string) => of(tenant).downstream.map(({ plugin }) => plugin)
  t.same(plugins('globex'), ['@acme/forecast', '@globex/own'])
  t.same(plugins('acme'), ['@acme/forecast'], 'what another tenant has is its own')
  t.same(serviceLineage(snapshot, { id: 'no.such', major: 1 }, null).downstream, [])
})
