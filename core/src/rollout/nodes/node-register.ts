import type { Knex } from 'knex'
import { OneAtATime } from '../../storage/one-at-a-time.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import { forgetNodes, putNode, removeNode } from './node-store.ts'

/** Five times before a node counts as gone. */
const HEARTBEAT_MS = 2000
/** Once a minute: rows of dead nodes are few, and each node looks. */
const FORGET_EVERY = 30

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'follow' | 'snapshot'>
  /** Names this process. */
  readonly node: string
  readonly machine: string
}

/**
 * Says which generation this node routes by: at once when that changes, and else by a heartbeat. It is told after the
 * swap, so whoever reads it knows that no call is admitted by an older one any more. One write at a time; what
 * changes meanwhile is told by the next, and what was lost by the next heartbeat.
 */
export class NodeRegister {
  readonly #ports: Ports
  readonly #telling = new OneAtATime(() => this.#tellOnce())
  #beats = 0
  #timer: NodeJS.Timeout | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#ports.routing.follow(() => this.tell())
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS)
    this.#timer.unref()
    this.tell()
  }

  /** A node that is stopped in order is missed by nobody. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#telling.stop()
    const { knex, node } = this.#ports
    // PostgreSQL may be away: then the row is forgotten by its age.
    await removeNode(knex, node).catch(() => undefined)
  }

  /** Never rejects. */
  tell(): void {
    this.#telling.ask()
  }

  /** That PostgreSQL is away is the routing table's to say. */
  async #tellOnce(): Promise<void> {
    const { knex, routing, node, machine } = this.#ports
    const { generation } = routing.snapshot
    await putNode(knex, { id: node, machine, generation }).catch(() => undefined)
  }

  #beat(): void {
    this.tell()
    this.#beats += 1
    if (this.#beats % FORGET_EVERY === 0) void forgetNodes(this.#ports.knex).catch(() => undefined)
  }
}
