import t from 'tap'
import type { CallScope, ServiceCall } from '../../src/broker/call-scope.ts'
import type { GrantedCall } from '../../src/broker/host-call.ts'
import { servicesCall } from '../../src/broker/services-call.ts'

t.test(
  'a service that is called while an event is handled publishes within the same chain',
  async (t) => {
    const calls: ServiceCall[] = []
    const { run } = servicesCall(
      async (call) => {
        calls.push(call)
        return { outputJson: '1', plugin: 'p', version: '1.0.0', arm: 'stable' }
      },
      () => true,
    )
    const origin = { correlationId: 'first', causationId: 'last', hops: 7 }
    const grant = { id: 'g', capability: 'service:call', parameters: { service: 'orders@^1' } }
    const request = { service: 'orders', operation: 'list', input: {} }
    const ask = (scope: object) =>
      run({
        scope: { version: { plugin: 'p' }, chain: [], ...scope } as unknown as CallScope,
        request,
        grant,
        grants: [grant],
        signal: new AbortController().signal,
      } as unknown as GrantedCall<never>)
    await ask({ origin })
    await ask({})
    t.same(calls[0]?.origin, origin)
    t.notOk('origin' in (calls[1] ?? {}))
  },
)
