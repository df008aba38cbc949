import type { Knex } from 'knex'
import { recordChange } from '../audit/change.ts'
import { type OwedChange, oweEntries } from '../audit/owed-entry-store.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { serviceKey } from '../rollout/routing/snapshot.ts'
import { findService } from './catalog-store.ts'
import { type Deprecation, deprecationFaults } from './deprecation.ts'
import {
  deleteDeprecation,
  listSunsets,
  lockIdleDeprecation,
  putDeprecation,
  setSunsetNoticed,
} from './deprecation-store.ts'
import { dueNotice, noticedAtSetting } from './notices.ts'
import { commitOwing, type OwingPorts } from './reached-change.ts'
import { listSubscribers } from './subscription-store.ts'

export interface ServiceRef {
  readonly id: string
  readonly major: number
}

/** Ends majors of services by a schedule that callers see in every answer and subscribers are told of. */
export class DeprecationService {
  readonly #ports: OwingPorts

  constructor(ports: OwingPorts) {
    this.#ports = ports
  }

  /** A schedule that is there is replaced: to give more time is always right. */
  async put(caller: Caller, ref: ServiceRef, schedule: Deprecation): Promise<Deprecation> {
    const { id, major } = ref
    const faults = deprecationFaults(schedule, major)
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
    const change = changeOf(caller, 'deprecated', ref, shown(schedule))
    await commitOwing(this.#ports, { ...change, tenant: null }, async (trx) => {
      await requireService(trx, ref)
      if (schedule.successor !== null) {
        await requireService(trx, { id, major: schedule.successor })
      }
      const noticedDays = noticedAtSetting(schedule.sunsetAt, this.#ports.now())
      await putDeprecation(trx, ref, { ...schedule, noticedDays })
      return { owed: await oweSubscribers(trx, ref, change) }
    })
    return schedule
  }

  async remove(caller: Caller, ref: ServiceRef): Promise<void> {
    const change = changeOf(caller, 'undeprecated', ref, {})
    await commitOwing(this.#ports, { ...change, tenant: null }, async (trx) => {
      if (!(await deleteDeprecation(trx, ref))) {
        throw coreErrors.create('DEPRECATION_MISSING', { service: ref.id, major: ref.major })
      }
      return { owed: await oweSubscribers(trx, ref, change) }
    })
  }

  /** Tells subscribers at 90, 45, 30 and 7 days before the end, each once whichever node finds it due. */
  async notify(): Promise<void> {
    const { knex, now, onOwed } = this.#ports
    for (const { service, major, sunsetAt, noticedDays } of await listSunsets(knex, now())) {
      if (sunsetAt === null || dueNotice(sunsetAt, noticedDays, now()) === undefined) continue
      await knex.transaction((trx) => this.#tell(trx, { id: service, major }))
      onOwed()
    }
  }

  async #tell(trx: Knex.Transaction, ref: ServiceRef): Promise<void> {
    const found = await lockIdleDeprecation(trx, ref)
    const sunsetAt = found?.sunsetAt ?? null
    if (found === undefined || sunsetAt === null) return
    const days = dueNotice(sunsetAt, found.noticedDays, this.#ports.now())
    if (days === undefined) return
    await setSunsetNoticed(trx, ref, days)
    const host = { actor: 'host', traceId: null }
    const change = changeOf(host, 'sunset_near', ref, { ...shown(found), days })
    await oweSubscribers(trx, ref, change)
    await recordChange(trx, { ...change, tenant: null }, null)
  }
}

function changeOf(
  caller: Caller,
  what: string,
  { id, major }: ServiceRef,
  detail: object,
): OwedChange {
  const subject = serviceKey(id, major)
  return { ...caller, action: `service.${what}`, subject, detail: { ...detail } }
}

/** The change is told to the host with it, and to each tenant that has to do something, by its apps, behind it. */
async function oweSubscribers(
  trx: Knex.Transaction,
  { id, major }: ServiceRef,
  change: OwedChange,
): Promise<string | undefined> {
  const told = await listSubscribers(trx, id, major)
  const entries = told.map(({ tenant, apps }) => ({ tenant, detail: { apps } }))
  return oweEntries(trx, change, entries)
}

async function requireService(trx: Knex, { id, major }: ServiceRef): Promise<void> {
  if ((await findService(trx, id, major)) === undefined) {
    throw coreErrors.create('SERVICE_MISSING', { service: id, major })
  }
}

/** With instants that people read. */
export function shown(schedule: Deprecation) {
  const iso = (at: number) => new Date(at).toISOString()
  const { deprecatedAt, sunsetAt, successor, information, brownOuts } = schedule
  return {
    deprecatedAt: iso(deprecatedAt),
    sunsetAt: sunsetAt === null ? null : iso(sunsetAt),
    successor,
    information,
    brownOuts: brownOuts.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
  }
}
