import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { HostNews, type HostNewsPorts } from './host-news.ts'

interface Ports extends Pick<HostNewsPorts, 'knex' | 'onTold' | 'log'> {
  readonly routing: Pick<RoutingTable, 'follow' | 'reach' | 'snapshot'>
}

/** Most changes are a generation: whoever reads one looks whether it is to be told; the others are found by the poll. */
export function openHostNews({ routing, ...ports }: Ports, stops: StopStack): { start(): void } {
  const news = new HostNews({
    ...ports,
    snapshot: () => routing.snapshot,
    reach: (generation) => routing.reach(generation),
  })
  routing.follow(() => news.look())
  return {
    start() {
      news.start()
      stops.push(() => news.stop())
    },
  }
}
