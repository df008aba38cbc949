import type { StopStack } from '../../stop-stack.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import { RolloutNews, type RolloutNewsPorts } from './rollout-news.ts'

interface Ports extends RolloutNewsPorts {
  readonly routing: Pick<RoutingTable, 'follow'>
}

/** Each move is a generation: whoever reads one looks whether it is to be told. */
export function openRolloutNews({ routing, ...ports }: Ports, stops: StopStack): { start(): void } {
  const news = new RolloutNews(ports)
  routing.follow(() => news.look())
  return {
    start() {
      news.start()
      stops.push(() => news.stop())
    },
  }
}
