import { hostname } from 'node:os'
import type { Knex } from 'knex'
import type { StopStack } from '../../stop-stack.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import { NodeRegister } from './node-register.ts'

/** From now on the others know this node, and what it routes by. @param node names this process */
export function openNodes(
  { knex, routing, node }: { readonly knex: Knex; readonly routing: RoutingTable; node: string },
  stops: StopStack,
): void {
  const register = new NodeRegister({ knex, routing, node, machine: hostname().slice(0, 255) })
  register.start()
  stops.push(() => register.stop())
}
