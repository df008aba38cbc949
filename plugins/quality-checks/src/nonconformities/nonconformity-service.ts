import { type Context, type EventWish, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import { advance as advanced, type Order } from './advance.ts'
import {
  type ChangeScene,
  changeNonconformity,
  effectivenessNow,
  requireNonconformity,
  type ServicePort,
} from './change-nonconformity.ts'
import { scheduleNextLook } from './due-steps.ts'
import { eightDSteps, type StepId } from './eight-d-steps.ts'
import { addEvidence, evidenceFile } from './evidence-service.ts'
import { quantityLeft } from './guards.ts'
import { commandsOf, states } from './lifecycle.ts'
import type { Nonconformity } from './nonconformity.ts'
import {
  type Card,
  countStates,
  findAlike,
  findLog,
  type ListFilter,
  listCards,
} from './nonconformity-lists.ts'
import { needsEvidence, nonconformitySettings } from './nonconformity-settings.ts'
import { findNonconformity, insertNonconformity } from './nonconformity-store.ts'
import { type Finding, openNonconformity } from './open-nonconformity.ts'
import { replaced, stepOf } from './steps.ts'
import { issueScar, judgeScar, replyScar, scar } from './supplier-request-service.ts'

interface OpenInput extends Omit<Partial<Finding>, 'title' | 'severity' | 'quantity' | 'unit'> {
  readonly title: string
  readonly severity: Finding['severity']
  readonly quantity: number
  readonly unit: string
  /** Asked for twice under one key it is opened once. */
  readonly key?: string
}

async function open(
  { key, ...given }: OpenInput,
  ctx: ServicePort & Pick<Context, 'random' | 'hash'>,
) {
  const source = `manual:${key ?? `${ctx.now()}:${ctx.random()}`}`
  const now = nowText(ctx)
  if (given.foundAt !== undefined && Date.parse(given.foundAt) > Date.parse(now)) {
    throw new Refusal('FOUND_IN_THE_FUTURE', `${given.foundAt} is still to come.`)
  }
  const nothing = { lot: null, item: null, supplier: null, defect: null, owner: null }
  const foundAt = new Date(given.foundAt ?? now).toISOString()
  const id = await openFor(ctx, source, { ...nothing, ...given, foundAt })
  return summary(await requireNonconformity(ctx, id))
}

/**
 * Opens one for its source, or finds the one that is there: what is told twice opens one. The id is made of the source, so
 * that every order of events gives the same.
 */
export async function openFor(
  ctx: ServicePort & Pick<Context, 'hash'>,
  source: string,
  found: Finding,
  orders: readonly string[] = [],
): Promise<string> {
  const id = `ncr_${ctx.hash('SHA-256', source).slice(0, 20)}`
  if ((await findNonconformity(ctx, id)) !== undefined) return id
  const settings = nonconformitySettings(ctx.config)
  const one = openNonconformity(id, found, settings)
  const alike = await findAlike(ctx, one, settings.recurrenceDays)
  const events = [openedEvent(one, alike.length, orders)]
  const isNew = await insertNonconformity(ctx, one, { source, by: actorOf(ctx), events })
  if (isNew) await scheduleNextLook(ctx)
  return id
}

function openedEvent(
  one: Omit<Nonconformity, 'number'>,
  recurrences: number,
  orders: readonly string[],
): EventWish {
  const { id, severity, quantity, unit, title, openedAt, steps } = one
  const dueAt = steps.map((step) => step.dueAt).toSorted()[0]
  return {
    type: 'quality.nonconformity.opened',
    key: id,
    id: `opened:${id}`,
    data: {
      ...{ nonconformity: id, ...goodsOf(one), quantity, unit, severity, title },
      ...(one.defect === null ? {} : { defect: one.defect }),
      ...(one.owner === null ? {} : { owner: one.owner }),
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(orders.length === 0 ? {} : { orders }),
      ...{ recurrences, openedAt },
    },
  }
}

function goodsOf({ lot, item, supplier }: Pick<Nonconformity, 'lot' | 'item' | 'supplier'>) {
  return {
    ...(lot === null ? {} : { lot }),
    ...(item === null ? {} : { item }),
    ...(supplier === null ? {} : { supplier }),
  }
}

interface AdvanceInput extends Order {
  readonly id: string
  readonly revision: number
}

async function advance({ id, revision, ...order }: AdvanceInput, ctx: ServicePort) {
  const { command, step, reason, disposition } = order
  const details = {
    ...(step === undefined ? {} : { step }),
    ...(reason === undefined ? {} : { reason }),
    ...(disposition === undefined ? {} : { disposition: { ...disposition } }),
  }
  const saved = await changeNonconformity(ctx, () => requireNonconformity(ctx, id), {
    ...{ revision, command, details },
    apply: (one, scene) => advanced(one, order, scene),
    events: (after, scene) => (command === 'close' ? [closedEvent(after, scene, reason)] : []),
  })
  return summary(saved)
}

interface CloseInput {
  readonly id: string
  readonly revision: number
  readonly reason?: string
}

const close = (input: CloseInput, ctx: ServicePort) => advance({ ...input, command: 'close' }, ctx)

const reopen = (input: CloseInput, ctx: ServicePort) =>
  advance({ ...input, command: 'reopen' }, ctx)

function closedEvent(
  one: Nonconformity,
  { by, now, effectiveness }: ChangeScene,
  reason: string | undefined,
): EventWish {
  return {
    type: 'quality.nonconformity.closed',
    key: one.id,
    id: `closed:${one.id}:${one.revision + 1}`,
    data: {
      ...{ nonconformity: one.id, ...goodsOf(one) },
      ...{ effective: effectiveness.verdict === 'proven', by, closedAt: now },
      ...(reason === undefined ? {} : { reason }),
    },
  }
}

interface AssignInput {
  readonly id: string
  readonly revision: number
  readonly owner: string
  readonly step?: StepId
  readonly dueAt?: string
}

/** Gives the whole or one step to somebody, and a step another end. */
async function assign({ id, revision, owner, step, dueAt }: AssignInput, ctx: ServicePort) {
  const saved = await changeNonconformity(ctx, () => requireNonconformity(ctx, id), {
    ...{ revision, command: 'assign' },
    details: {
      owner,
      ...(step === undefined ? {} : { step }),
      ...(dueAt === undefined ? {} : { dueAt }),
    },
    apply: (one) => {
      if (step === undefined) return { ...one, owner }
      const before = stepOf(one, step)
      const moved =
        dueAt === undefined ? {} : { dueAt: new Date(dueAt).toISOString(), overdueLevel: 0 }
      return { ...one, steps: replaced(one.steps, { ...before, owner, ...moved }) }
    },
  })
  return summary(saved)
}

async function get({ id }: { readonly id: string }, ctx: ServicePort) {
  const one = await requireNonconformity(ctx, id)
  const settings = nonconformitySettings(ctx.config)
  const alike = await findAlike(ctx, one, settings.recurrenceDays)
  const now = nowText(ctx)
  return {
    ...one,
    requests: one.requests.map(({ links: _, ...request }) => request),
    steps: one.steps.map((step) => ({
      ...step,
      title: eightDSteps[step.step].title,
      needsEvidence: needsEvidence(step.step, settings),
      proof: step.evidence.map(({ title, value }) => title ?? value),
      revision: one.revision,
      overdue: step.state === 'open' && step.dueAt <= now,
    })),
    quantityLeft: quantityLeft(one),
    effectiveness: await effectivenessNow(ctx, one),
    recurrences: alike.length,
    alike,
    commands: commandsOf(one),
    log: await findLog(ctx, one.id),
  }
}

function summary({ id, number, revision, state }: Nonconformity) {
  return { id, number, revision, state }
}

interface ListInput extends ListFilter {
  readonly limit?: number
  readonly cursor?: string
}

async function list({ limit = 50, cursor, ...filter }: ListInput, ctx: ServicePort) {
  const after = cursor === undefined ? undefined : parsePlace(cursor)
  const page = { now: nowText(ctx), limit: limit + 1, ...(after === undefined ? {} : { after }) }
  const found = await listCards(ctx, filter, page)
  const cursorOf = ({ openedAt, id }: Card) => writePlace({ at: openedAt, id })
  return pageOf(found, limit, cursorOf, (card) => card)
}

/** The board: of each state how many there are, and the newest. */
async function board({ limit = 20 }: { readonly limit?: number }, ctx: ServicePort) {
  const counts = await countStates(ctx)
  const page = { now: nowText(ctx), limit }
  const columns = []
  for (const state of states) {
    const count = counts.get(state) ?? 0
    const items = count === 0 ? [] : await listCards(ctx, { state }, page)
    columns.push({ state, count, items })
  }
  return { columns }
}

export const nonconformityService = {
  ...{ open, get, list, board, advance, assign, addEvidence, evidenceFile },
  ...{ issueScar, scar, replyScar, judgeScar, close, reopen },
}
