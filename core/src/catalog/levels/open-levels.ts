import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import type { Snapshot } from '../../rollout/routing/snapshot.ts'
import type { StopStack } from '../../stop-stack.ts'
import { BreachService } from './breach-service.ts'
import { LevelClock } from './level-clock.ts'
import { LevelMetrics } from './level-metrics.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: { readonly snapshot: Snapshot; now(): number }
  readonly registry: Registry
  readonly log: { warn(fields: object, message: string): void }
}

/** What compares service levels with what is promised; what counts them is in usage. */
export function openLevels(
  { knex, routing, registry, log }: Ports,
  stops: StopStack,
): { start(): void } {
  const clock = new LevelClock({
    knex,
    snapshot: () => routing.snapshot,
    now: () => routing.now(),
    breaches: new BreachService(knex),
    metrics: new LevelMetrics(registry),
    log,
  })
  return {
    start() {
      clock.start()
      stops.push(() => clock.stop())
    },
  }
}
