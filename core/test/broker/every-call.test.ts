import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { offeredCalls } from '../../scripts/capability-table.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import type { GrantedCall } from '../../src/broker/host-call.ts'
import { emptySnapshot, type Grant, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { arbitraryOf, type Schema, spoilt } from '../support/schema-arbitrary.ts'

/** What an admin may have granted, as the manifest lets an author ask for it; nothing else is held. */
const granted: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'blob:own': [{ quotaMb: 1 }],
  'db:inspect': [{}],
  'db:own': [{ quotaMb: 1 }],
  'event:publish': [{ type: 'orders.created' }],
  'http:fetch': [{ origins: ['https://api.example.com'], methods: ['GET'], pathPrefix: '/v1/' }],
  'identity:read': [{ fields: ['unit.name'] }],
  'job:schedule': [{ per: 'tenant' }],
  'keys:sign': [
    { usage: 'jwt' },
    { usage: 'cms', key: 'seal' },
    { usage: 'certificate', key: 'signers' },
  ],
  'keys:verify': [{}],
  'link:share': [{ operation: 'orders.demand/view', ttl: '7d' }],
  'notify:send': [{ channel: 'mail' }],
  'rollout:use': [{ kind: 'inspection-plan' }],
  'secret:use': [{ name: 'door-key', reveal: true }],
  'service:call': [{ service: 'orders.demand@^1', operations: ['view'] }],
}
const grants: Grant[] = Object.entries(granted).flatMap(([capability, parameters]) =>
  parameters.map((one, n) => ({ id: `grt_${capability}_${n}`, capability, parameters: one })),
)
const scope = {
  tenant: 'acme',
  version: { plugin: '@acme/one', version: '1.0.0', manifest: { runtime: { tier: 'trusted' } } },
  traceId: 't',
} as unknown as CallScope
const { signal } = new AbortController()
const offered = offeredCalls()

/** Every call as it is up to its work and the note of it, which need the parts that each has tests for. */
function brokerUpToWork(onRun: (name: string, call: GrantedCall<never>) => void): Broker {
  const calls = Object.entries(offered).map(([name, { audit, moved, ...call }]) => [
    name,
    { ...call, run: async (one: GrantedCall<never>) => onRun(name, one) },
  ])
  const held = new Map([[tenantKey('acme', '@acme/one'), grants]])
  return new Broker({
    snapshot: () => ({ ...emptySnapshot, grants: held }),
    calls: Object.fromEntries(calls),
    // Nothing is spent: the clock runs away.
    limiter: new RateLimiter((() => (now += 1e6)) as () => number),
    effects: { record: async () => undefined },
    onUse: () => undefined,
  })
}
let now = 0

/** The standard's own reading, beside that of the broker. */
const ajv = new Ajv2020({ strict: false })

for (const [name, { schema, capability }] of Object.entries(offered)) {
  const isRight = ajv.compile(schema)
  const right = arbitraryOf(schema as Schema)

  t.test(
    `${name}: whatever is sent is refused with a code, or is what the schema lets through`,
    async (t) => {
      const reached: unknown[] = []
      const broker = brokerUpToWork((_name, { request, grant }) => {
        reached.push(request)
        if (capability !== null && grant.capability !== capability) throw new Error('another grant')
      })
      const ask = async (request: unknown) => {
        const text = JSON.stringify(request) ?? 'undefined'
        const before = reached.length
        if (typeof broker.hasEffect(name, text) !== 'boolean') return false
        const error = await broker.hostCall(scope, name, text, signal).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error === undefined) return isRight(JSON.parse(text)) && reached.length === before + 1
        if (!(error instanceof CodedError) || reached.length !== before) return false
        return error.code !== 'CORE_INPUT_INVALID' || error.faults.length > 0
      }
      const request = fc.oneof(
        right,
        right.chain(spoilt),
        right.chain(spoilt).chain(spoilt),
        fc.jsonValue(),
      )
      await fc.assert(fc.asyncProperty(request, ask), { numRuns: 150 })
      t.ok(reached.length > 0 || capability !== null, 'what is right comes through')
    },
  )
}
