import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import type { Change } from '../audit/change.ts'
import { oweEntries } from '../audit/owed-entry-store.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { serviceKey } from '../rollout/routing/snapshot.ts'
import { shareService } from './catalog-store.ts'
import { type PlanTerms, planFaults } from './plan.ts'
import { nextPlanState, type PlanCommand } from './plan-states.ts'
import { insertNextVersion, insertPlan, lockPlan, type Plan, setPlanStatus } from './plan-store.ts'
import { commitOwing, commitReached, type OwingPorts } from './reached-change.ts'
import { offeredBy } from './service-operations.ts'
import { lockOfPlan, updateSubscriptions } from './subscription-store.ts'

export interface PlanRef {
  readonly id: string
  readonly major: number
  readonly name: string
}

export interface PlanWish extends PlanTerms {
  /** Of a plan that is made: published, when left out. */
  readonly status?: 'staging' | 'published'
  /** Whether those who have the plan get the new terms too, at once; else they keep what they agreed to. */
  readonly forSubscribers?: boolean
}

/** The terms of services. A plan that is changed has a version more, and no subscriber of before gets it unasked. */
export class PlanService {
  readonly #ports: OwingPorts

  constructor(ports: OwingPorts) {
    this.#ports = ports
  }

  async put(caller: Caller, ref: PlanRef, wish: PlanWish): Promise<Plan> {
    const { status, forSubscribers = false, ...terms } = wish
    const { id, major, name } = ref
    const faults = planFaults(terms, offeredBy(this.#ports.routing.snapshot, id, major))
    if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
    const change = changeOf(caller, 'changed', ref, { ...terms, forSubscribers })
    return commitReached(this.#ports, change, async (trx) => {
      if (!(await shareService(trx, id, major))) {
        throw coreErrors.create('SERVICE_MISSING', { service: id, major })
      }
      await insertPlan(trx, ref, { name, ...terms, status: status ?? 'published' })
      const before = (await lockPlan(trx, ref, name, 'change')) as Plan
      if (before.status === 'closed') throw coreErrors.create('PLAN_CLOSED', { plan: name })
      const plan = { ...before, ...(await this.#versionOf(trx, ref, before, terms)), ...terms }
      if (forSubscribers) {
        const of = { service: id, major, plan: name }
        const ids = (await lockOfPlan(trx, of)).map((one) => one.id)
        await updateSubscriptions(trx, ids, { planVersion: plan.version })
      }
      return plan
    })
  }

  /** A plan that is put as it is stays the version it is. */
  async #versionOf(
    trx: Parameters<typeof insertNextVersion>[0],
    { id, major, name }: PlanRef,
    before: Plan,
    terms: PlanTerms,
  ): Promise<{ version: number }> {
    const { name: _, version, status: __, ...known } = before
    if (isDeepStrictEqual(known, terms)) return { version }
    const next = { service: id, major, plan: name, version: version + 1 }
    await insertNextVersion(trx, next, terms)
    return { version: next.version }
  }

  async command(caller: Caller, ref: PlanRef, command: PlanCommand): Promise<Plan> {
    const { id, major, name } = ref
    const change = changeOf(caller, command, ref, {})
    const done = await commitOwing(this.#ports, change, async (trx) => {
      const plan = await lockPlan(trx, ref, name, 'change')
      if (plan === undefined) {
        throw coreErrors.create('PLAN_MISSING', { service: id, major, plan: name })
      }
      const status = nextPlanState(plan.status, command)
      if (status === undefined) {
        const parameters = { plan: name, state: plan.status, command }
        throw coreErrors.create('PLAN_COMMAND_REFUSED', parameters)
      }
      await setPlanStatus(trx, ref, name, status)
      const owed = status === 'closed' ? await cancelWith(trx, ref, caller) : undefined
      return { plan: { ...plan, status }, owed }
    })
    return done.plan
  }
}

/** With a plan that closes, what is under it ends; its tenants are told behind it. */
async function cancelWith(
  trx: Knex.Transaction,
  ref: PlanRef,
  caller: Caller,
): Promise<string | undefined> {
  const { id, major, name } = ref
  const live = await lockOfPlan(trx, { service: id, major, plan: name })
  await updateSubscriptions(
    trx,
    live.map((one) => one.id),
    { state: 'cancelled', wantedPlan: null, reason: `the plan ${name} was closed` },
  )
  const byTenant = Map.groupBy(live, ({ tenant }) => tenant)
  const entries = [...byTenant].map(([tenant, ofTenant]) => ({
    tenant,
    detail: { subscriptions: ofTenant.map((one) => one.id) },
  }))
  const change = { ...caller, action: 'subscription.cancel', subject: subjectOf(ref), detail: {} }
  return oweEntries(trx, change, entries)
}

function subjectOf({ id, major, name }: PlanRef): string {
  return `${serviceKey(id, major)}/${name}`
}

function changeOf(caller: Caller, what: string, ref: PlanRef, detail: object): Change {
  const subject = subjectOf(ref)
  return { ...caller, action: `plan.${what}`, subject, tenant: null, detail: { ...detail } }
}
