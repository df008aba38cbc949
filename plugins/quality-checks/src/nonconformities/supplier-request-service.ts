import { type Context, Refusal } from '@signalbox/sdk'
import { daysAfter } from '../calendar/days.ts'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { keepScoreOfRequest } from '../suppliers/supplier-service.ts'
import {
  changeNonconformity,
  requireByRequest,
  requireNonconformity,
  type ServicePort,
} from './change-nonconformity.ts'
import type { Nonconformity, SupplierRequest } from './nonconformity.ts'
import { nonconformitySettings } from './nonconformity-settings.ts'
import { requestOf, requireLater, withRequest, withRequestCommand } from './supplier-request.ts'

type RequestPort = ServicePort & Pick<Context, 'links' | 'notify' | 'random'>

interface Shared {
  readonly view: string
  readonly reply: string
  readonly expiresAt: string
}

interface IssueInput {
  readonly id: string
  readonly revision: number
  readonly question: string
  readonly contact?: string
  readonly dueAt?: string
}

/** A late answer is better than none: the link outlives the day by so much. */
const LINK_GRACE_DAYS = 14
const DAY_S = 86_400
/** As the manifest asks for. */
const LINK_MOST_DAYS = 90

export async function issueScar(input: IssueInput, ctx: RequestPort) {
  const request = `scar_${hexadecimal(ctx, 12)}`
  const settings = nonconformitySettings(ctx.config)
  requireLater(input.dueAt, nowText(ctx))
  const dueAt = input.dueAt ?? daysAfter(nowText(ctx), settings.requestDays)
  const shared = await share(ctx, request, 1, dueAt)
  const { id, revision, question, contact = null } = input
  const saved = await undoingLinks(ctx, shared.ids, () =>
    changeNonconformity(ctx, () => requireNonconformity(ctx, id), {
      ...{ revision, command: 'issueScar', details: { request } },
      apply: (one, scene) =>
        withRequest(one, { id: request, question, contact, links: shared.ids, dueAt }, scene),
    }),
  )
  await keepScoreOfRequest(ctx, requestOf(saved, request))
  await write(ctx, requestOf(saved, request), shared.links)
  return { ...answer(saved, request), links: shared.links }
}

interface JudgeInput {
  readonly request: string
  readonly revision: number
  readonly verdict: 'accept' | 'return' | 'cancel'
  readonly remark?: string
  readonly dueAt?: string
}

/** Accepts a reply, sends it back with new links and a new day, or takes the request back. Old links end. */
export async function judgeScar(input: JudgeInput, ctx: RequestPort) {
  const { request: id, revision, verdict, remark, dueAt } = input
  const seen = requestOf(await requireByRequest(ctx, id), id)
  const settings = nonconformitySettings(ctx.config)
  const until = dueAt ?? daysAfter(nowText(ctx), settings.requestDays)
  requireLater(dueAt, nowText(ctx))
  const isReturn = verdict === 'return'
  const shared = isReturn ? await share(ctx, id, seen.round + 1, until) : { ids: [], links: null }
  const order = { command: verdict, ...(remark === undefined ? {} : { remark }), dueAt: until }
  const saved = await undoingLinks(ctx, shared.ids, () =>
    changeNonconformity(ctx, () => requireByRequest(ctx, id), {
      ...{ revision, command: `${verdict}Scar`, details: { request: id } },
      apply: (one, scene) => withRequestCommand(one, id, { ...order, links: shared.ids }, scene),
    }),
  )
  await revoke(ctx, seen.links)
  await keepScoreOfRequest(ctx, seen)
  if (isReturn) await write(ctx, requestOf(saved, id), shared.links)
  return { ...answer(saved, id), links: shared.links }
}

interface ReplyInput {
  readonly request: string
  /** Fixed in a link, so that the link of a reply that was sent back answers nothing any more. */
  readonly round?: number
  readonly rootCause: string
  readonly correctiveAction: string
  readonly containment?: string
  readonly evidence?: readonly string[]
  readonly name?: string
}

/** What a supplier answers, by a link, or what somebody writes down for him. */
export async function replyScar(input: ReplyInput, ctx: ServicePort) {
  const { request: id, round, name, rootCause, correctiveAction, containment, evidence } = input
  const by = name === undefined ? actorOf(ctx) : `${actorOf(ctx)} (${name})`
  const given = { rootCause, correctiveAction, by, at: nowText(ctx) }
  const reply = {
    ...given,
    ...(containment === undefined ? {} : { containment }),
    ...(evidence === undefined ? {} : { evidence }),
  }
  const saved = await changeNonconformity(ctx, () => requireByRequest(ctx, id), {
    ...{ command: 'replyScar', details: { request: id } },
    apply: (one, scene) => {
      requireRound(requestOf(one, id), round)
      return withRequestCommand(one, id, { command: 'reply', reply }, scene)
    },
  })
  await keepScoreOfRequest(ctx, requestOf(saved, id))
  return asked(saved, requestOf(saved, id))
}

function requireRound({ id, round }: SupplierRequest, given: number | undefined): void {
  if (given === undefined || given === round) return
  throw new Refusal('REQUEST_NOT_POSSIBLE', `Request ${id} was asked again: use the newest link.`)
}

/** What a supplier is shown: what he is asked and what he answered, and nothing that is ours alone. */
export async function scar({ request }: { readonly request: string }, ctx: ServicePort) {
  const one = await requireByRequest(ctx, request)
  return asked(one, requestOf(one, request))
}

function asked(
  { number, title, lot, item, defect, quantity, unit }: Nonconformity,
  request: SupplierRequest,
) {
  const { id, state, round, question, dueAt, reply, remark } = request
  const goods = { number, title, lot, item, defect, quantity, unit }
  return { request: id, ...goods, state, round, question, dueAt, reply, remark }
}

function answer({ id, number, revision, state }: Nonconformity, request: string) {
  return { id, number, revision, state, request }
}

/** Two links, to read and to answer; none where the tenant did not grant them. */
async function share(
  { links, log, now }: RequestPort,
  request: string,
  round: number,
  dueAt: string,
): Promise<{ readonly ids: readonly string[]; readonly links: Shared | null }> {
  const days = Math.ceil((Date.parse(dueAt) - now()) / (DAY_S * 1000)) + LINK_GRACE_DAYS
  const ttlS = Math.min(days, LINK_MOST_DAYS) * DAY_S
  try {
    const view = await links.share('quality.nonconformity/scar', { request }, { ttlS })
    const operation = 'quality.nonconformity/replyScar'
    const reply = await links.share(operation, { request, round }, { ttlS })
    const { expiresAt } = reply
    return { ids: [view.id, reply.id], links: { view: view.url, reply: reply.url, expiresAt } }
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== 'CORE_GRANT_MISSING') throw error
    log.info('no link for the supplier', { code })
    return { ids: [], links: null }
  }
}

async function undoingLinks<Result>(
  ctx: RequestPort,
  ids: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await revoke(ctx, ids)
    throw error
  }
}

async function revoke({ links, log }: RequestPort, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    // It ends by itself later; the round in it already answers nothing.
    await links
      .revoke(id)
      .catch((error: Error) => log.warn('a link lives on', { id, error: error.message }))
  }
}

async function write(
  { notify, log }: RequestPort,
  { contact, question, dueAt }: SupplierRequest,
  links: Shared | null,
): Promise<void> {
  if (contact === null) return
  const lines = [question, `Due · 截止: ${dueAt}`]
  if (links !== null) lines.push(`Read · 查看: ${links.view}`, `Answer · 答复: ${links.reply}`)
  const subject = 'Corrective action request · 供应商纠正措施要求'
  try {
    await notify.send({ channel: 'mail', to: [contact], subject, text: lines.join('\n') })
  } catch (error) {
    log.info('the supplier was not written to', { code: (error as { code?: string }).code ?? null })
  }
}

function hexadecimal({ random }: Pick<Context, 'random'>, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}
