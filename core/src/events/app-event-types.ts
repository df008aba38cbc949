import type { Knex } from 'knex'
import { findAppEventTypes } from './app-event-type-store.ts'
import { matchesType } from './event-types.ts'

/** What an admin took back goes on for this long at most, on each node. */
const KEPT_MS = 1000
/** Apps that send at once; beyond it the one that was read longest ago is read again. */
const MAX_KEPT = 10_000

interface Kept {
  readonly types: readonly string[]
  readonly at: number
}

interface Ports {
  readonly knex: Knex
  readonly now: () => number
}

/** Which types an app may send: what a tenant's admin allowed it, and nothing without. */
export class AppEventTypes {
  readonly #ports: Ports
  readonly #kept = new Map<string, Kept>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async allows(tenant: string, app: string): Promise<(type: string) => boolean> {
    const { knex, now } = this.#ports
    const key = `${tenant}\n${app}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && now() - kept.at < KEPT_MS) return allowanceOf(kept.types)
    const at = now()
    const types = await findAppEventTypes(knex, tenant, app)
    this.#kept.delete(key)
    this.#kept.set(key, { types, at })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return allowanceOf(types)
  }

  /** What was changed through this node holds at once here. */
  forget(tenant: string, app: string): void {
    this.#kept.delete(`${tenant}\n${app}`)
  }
}

function allowanceOf(types: readonly string[]): (type: string) => boolean {
  return (type) => types.some((pattern) => matchesType(pattern, type))
}
