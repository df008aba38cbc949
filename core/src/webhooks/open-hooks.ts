import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Knex } from 'knex'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { HookDeliveries } from './hook-deliveries.ts'
import { HookService } from './hook-service.ts'
import { dueHook } from './hook-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly due: Pick<DueWatch, 'when'>
  readonly snapshot: () => Snapshot
  readonly handle: RunEntry
  readonly onUse: (use: GrantUse) => void
  readonly log: { warn(fields: object, message: string): void }
}

/** Webhooks in: accepted by the service, handed on in the background. */
export function openHooks(ports: Ports, stops: StopStack): HookService {
  const wakes = ports.due.when(dueHook)
  const deliveries = new HookDeliveries({ ...ports, wakes, now: Date.now, random: Math.random })
  deliveries.start()
  stops.push(() => deliveries.stop())
  return new HookService({
    ...ports,
    limiter: new RateLimiter(() => performance.now()),
    now: Date.now,
    onReceived: () => deliveries.look(),
  })
}
