import type { Registry } from 'prom-client'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { type DueWatch, dueWhere } from '../storage/due-watch.ts'
import { HostNews, type HostNewsPorts } from './host-news.ts'
import { OutboxRetention } from './outbox-retention.ts'

interface Ports extends Pick<HostNewsPorts, 'knex' | 'onTold' | 'log'> {
  readonly routing: Pick<RoutingTable, 'follow' | 'reach' | 'snapshot' | 'now'>
  readonly registry: Registry
  readonly due: Pick<DueWatch, 'when'>
}

/** Most changes are a generation: whoever reads one looks whether it is to be told; the others are asked for. */
export function openHostNews(
  { routing, registry, due, ...ports }: Ports,
  stops: StopStack,
): { start(): void } {
  const news = new HostNews({
    ...ports,
    snapshot: () => routing.snapshot,
    reach: (generation) => routing.reach(generation),
    wakes: due.when(dueWhere('exists (select from host_news)')),
  })
  const { knex, log } = ports
  const retention = new OutboxRetention({ knex, registry, log, now: () => routing.now() })
  routing.follow(() => news.look())
  return {
    start() {
      news.start()
      retention.start()
      stops.push(() => news.stop())
      stops.push(() => retention.stop())
    },
  }
}
