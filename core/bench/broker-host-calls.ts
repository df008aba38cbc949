import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { rounds } from '../../sandbox/bench/effort.ts'
import { best, median, rounded } from '../../sandbox/bench/figures.ts'
import { answer, usPerCall } from '../../sandbox/bench/must-answer.ts'
import { orderCall } from '../../sandbox/bench/order-plugin.ts'
import { Sandbox } from '../../sandbox/src/index.ts'
import { Broker } from '../src/broker/broker.ts'
import type { CallScope } from '../src/broker/call-scope.ts'
import type { HostCall } from '../src/broker/host-call.ts'
import { emptySnapshot, tenantKey } from '../src/rollout/routing/snapshot.ts'

const ROUNDS = 40
/** As many as one call may make: the call itself is then a small part of what is divided by it. */
const HOST_CALLS = 200

const plugin = '@bench/one'
const tenant = 'acme'
const grant = { id: 'grt_1', capability: 'db:own', parameters: { quotaMb: 1 } }

/** Answers at once: what is measured is the broker in front of it, with everything that it may have on. */
const atOnce: HostCall = {
  capability: 'db:own',
  covers: () => true,
  schema: {
    type: 'object',
    required: ['sql'],
    additionalProperties: false,
    properties: { sql: { type: 'string', maxLength: 100 }, parameters: { type: 'array' } },
  },
  hasEffect: () => false,
  budget: { ratePerS: 1e6, burst: 1e6 },
  facet: () => 'db.query',
  audit: () => undefined,
  run: async () => ({ rows: [], rowCount: 0 }),
}

/** From the guest's question to the broker's answer inside the guest: grant, budget, audit's question, use. */
export async function brokerHostCalls(): Promise<Record<string, unknown>> {
  const sandbox = await Sandbox.start({ lanes: 1 })
  let uses = 0
  const broker = new Broker({
    snapshot: () => ({ ...emptySnapshot, grants: new Map([[tenantKey(tenant, plugin), [grant]]]) }),
    calls: { 'db.query': atOnce },
    limiter: new RateLimiter(() => performance.now()),
    effects: { record: async () => undefined },
    onUse: () => uses++,
  })
  const scope = { version: { plugin, version: '1.0.0' }, tenant, traceId: 't' } as CallScope
  const asked = async (inFlight: number) => {
    const call = orderCall('ask', {
      inputJson: JSON.stringify({ calls: HOST_CALLS, atOnce: inFlight }),
      hostCall: (name, payload, signal) => broker.hostCall(scope, name, payload, signal),
      hasEffect: (name, payload) => broker.hasEffect(name, payload),
    })
    return (await usPerCall(1, 1, () => answer(sandbox, call))) / HOST_CALLS
  }
  try {
    const together: number[] = []
    const alone: number[] = []
    for (let round = 0; round < rounds(ROUNDS, 4); round++) {
      together.push(await asked(50))
      alone.push(await asked(1))
    }
    return {
      host_call_us_50: rounded(best(together)),
      host_call_us_50_median: rounded(median(together)),
      host_call_us_1: rounded(best(alone)),
      host_calls: uses,
    }
  } finally {
    await sandbox.stop()
  }
}
