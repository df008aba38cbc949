import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import type { HostCall } from '../../src/broker/host-call.ts'
import { emptySnapshot, type Grant, tenantKey } from '../../src/rollout/routing/snapshot.ts'

export const plugin = '@acme/one'

interface Setup {
  readonly calls: Readonly<Record<string, HostCall>>
  readonly grants?: readonly Grant[]
  /** Of the tenant acme. */
  readonly config?: object
  readonly clock?: () => number
}

/** The broker itself, with these host calls; the tenant acme has the grants and the settings, another has none. */
export function askingBroker({ calls, grants = [], config = {}, clock = () => 0 }: Setup) {
  const audited: object[] = []
  const key = tenantKey('acme', plugin)
  const broker = new Broker({
    snapshot: () => ({
      ...emptySnapshot,
      grants: new Map([[key, grants]]),
      configs: new Map([[key, JSON.stringify(config)]]),
    }),
    calls,
    limiter: new RateLimiter(clock),
    effects: {
      record: async (entry) => {
        audited.push(entry)
      },
    },
    onUse: () => undefined,
  })
  /** @param by of whom; a guest says nothing of itself, so a forged call is this one too */
  const ask = async (
    name: string,
    request: unknown,
    by: { tenant?: string; tier?: string } = {},
  ) => {
    const { tenant = 'acme', tier = 'trusted' } = by
    const scope = {
      tenant,
      version: {
        plugin,
        version: '1.0.0',
        manifest: { runtime: { tier } },
        limits: { payloadKb: 64 },
      },
      deadline: 5000,
      traceId: 'trace',
      principal: { kind: 'host', id: 'test' },
      requestId: 'request',
    } as unknown as CallScope
    const payload = JSON.stringify(request) ?? ''
    return JSON.parse(await broker.hostCall(scope, name, payload, new AbortController().signal))
  }
  return { ask, audited }
}
