import { Refusal } from '@signalbox/sdk'
import { daysAfter } from '../calendar/days.ts'
import type { Nonconformity, SupplierReply, SupplierRequest } from './nonconformity.ts'
import type { NonconformitySettings } from './nonconformity-settings.ts'
import { type RequestCommand, requestTransitions } from './request-lifecycle.ts'

interface NewRequest {
  readonly id: string
  readonly question: string
  readonly contact: string | null
  readonly links: readonly string[]
  readonly dueAt?: string
}

/** @throws SUPPLIER_MISSING, COMMAND_NOT_POSSIBLE, REQUESTS_OPEN, DUE_IN_THE_PAST */
export function withRequest(
  one: Nonconformity,
  { id, question, contact, links, dueAt }: NewRequest,
  { now, settings }: { readonly now: string; readonly settings: NonconformitySettings },
): Nonconformity {
  requireAsking(one)
  const { supplier } = one
  if (supplier === null) {
    throw new Refusal('SUPPLIER_MISSING', `${one.number} names no supplier to ask.`)
  }
  requireLater(dueAt, now)
  const request: SupplierRequest = {
    ...{ id, supplier, state: 'issued', round: 1, question, contact, issuedAt: now },
    dueAt: dueAt ?? daysAfter(now, settings.requestDays),
    ...{ firstRepliedAt: null, reply: null, remark: null, links },
  }
  return { ...one, requests: [...one.requests, request] }
}

export function requireLater(dueAt: string | undefined, now: string): void {
  if (dueAt !== undefined && Date.parse(dueAt) <= Date.parse(now)) {
    throw new Refusal('DUE_IN_THE_PAST', `${dueAt} is over; give a later \`dueAt\`.`)
  }
}

function requireAsking({ number, state, requests }: Nonconformity): void {
  if (state === 'closed' || state === 'cancelled') {
    throw new Refusal('COMMAND_NOT_POSSIBLE', `${number} is ${state}; reopen it first.`)
  }
  const open = requests.find((one) => one.state === 'issued' || one.state === 'replied')
  if (open !== undefined) {
    throw new Refusal('REQUESTS_OPEN', `Request ${open.id} of ${number} is not settled.`)
  }
}

export interface RequestOrder {
  readonly command: RequestCommand
  readonly reply?: SupplierReply
  readonly remark?: string
  readonly dueAt?: string
  readonly links?: readonly string[]
}

/** A nonconformity after a command to one of its requests. @throws REQUEST_UNKNOWN, REQUEST_NOT_POSSIBLE, REASON_MISSING */
export function withRequestCommand(
  one: Nonconformity,
  id: string,
  order: RequestOrder,
  { now, settings }: { readonly now: string; readonly settings: NonconformitySettings },
): Nonconformity {
  const request = requestOf(one, id)
  const { from, to } = requestTransitions[order.command]
  if (!from.includes(request.state)) {
    throw new Refusal(
      'REQUEST_NOT_POSSIBLE',
      `Request ${id} is ${request.state}: ${order.command} is not possible.`,
    )
  }
  requireLater(order.dueAt, now)
  const changed = { ...request, ...changes(request, order, now, settings), state: to }
  return { ...one, requests: one.requests.map((each) => (each.id === id ? changed : each)) }
}

function changes(
  { round, firstRepliedAt }: SupplierRequest,
  { command, reply, remark, dueAt, links = [] }: RequestOrder,
  now: string,
  { requestDays }: NonconformitySettings,
): Partial<SupplierRequest> {
  if (command === 'reply') return { reply: reply ?? null, firstRepliedAt: firstRepliedAt ?? now }
  if (command === 'accept') return { remark: remark ?? null }
  if (remark === undefined || remark.trim() === '') {
    throw new Refusal('REASON_MISSING', 'Tell the supplier why, in `remark`.')
  }
  if (command === 'cancel') return { remark }
  return { remark, round: round + 1, dueAt: dueAt ?? daysAfter(now, requestDays), links }
}

export function requestOf({ requests }: Nonconformity, id: string): SupplierRequest {
  const found = requests.find((each) => each.id === id)
  if (found !== undefined) return found
  throw new Refusal('REQUEST_UNKNOWN', `There is no request ${id}.`)
}
