import type { SqlValue } from '@signalbox/sdk'
import type {
  Disposition,
  Evidence,
  Nonconformity,
  Step,
  SupplierReply,
  SupplierRequest,
  Verification,
} from './nonconformity.ts'

export interface NonconformityRow {
  readonly id: string
  readonly number: string
  readonly state: Nonconformity['state']
  readonly severity: Nonconformity['severity']
  readonly title: string
  readonly lot: string | null
  readonly item: string | null
  readonly supplier: string | null
  readonly defect: string | null
  readonly quantity: number
  readonly unit: string
  readonly owner: string | null
  readonly eight_d: boolean
  readonly opened_at: string
  readonly closed_at: string | null
  readonly revision: number
  readonly dispositions: readonly Disposition[]
  readonly verification: Verification
  readonly steps: readonly StepRow[]
  readonly requests: readonly RequestRow[]
}

export interface StepRow {
  readonly step: Step['step']
  readonly state: Step['state']
  readonly round: number
  readonly owner: string | null
  readonly due_at: string
  readonly done_at: string | null
  readonly done_by: string | null
  readonly summary: string | null
  readonly evidence: readonly Evidence[]
  readonly overdue_level: number
}

export interface RequestRow {
  readonly id: string
  readonly supplier: string
  readonly state: SupplierRequest['state']
  readonly round: number
  readonly question: string
  readonly contact: string | null
  readonly issued_at: string
  readonly due_at: string
  readonly first_replied_at: string | null
  readonly reply: SupplierReply | null
  readonly remark: string | null
  readonly links: readonly string[]
}

/** Within JSON PostgreSQL writes instants its own way. */
const instant = (text: string): string => new Date(text).toISOString()
const optionalInstant = (text: string | null): string | null =>
  text === null ? null : instant(text)

export function nonconformityOf(row: NonconformityRow): Nonconformity {
  const { eight_d: eightD, opened_at, closed_at, steps, requests, ...same } = row
  return {
    ...same,
    eightD,
    openedAt: instant(opened_at),
    closedAt: optionalInstant(closed_at),
    steps: steps.map(stepOfRow),
    requests: requests.map(requestOfRow),
  }
}

function stepOfRow(row: StepRow): Step {
  return {
    ...{ step: row.step, state: row.state, round: row.round, owner: row.owner },
    dueAt: instant(row.due_at),
    doneAt: optionalInstant(row.done_at),
    ...{ doneBy: row.done_by, summary: row.summary, evidence: row.evidence },
    overdueLevel: row.overdue_level,
  }
}

function requestOfRow(row: RequestRow): SupplierRequest {
  return {
    ...{ id: row.id, supplier: row.supplier, state: row.state, round: row.round },
    ...{ question: row.question, contact: row.contact },
    issuedAt: instant(row.issued_at),
    dueAt: instant(row.due_at),
    firstRepliedAt: optionalInstant(row.first_replied_at),
    ...{ reply: row.reply, remark: row.remark, links: row.links },
  }
}

/** In the order of the columns of the statement that keeps a step. */
export function stepParameters(step: Step): readonly SqlValue[] {
  return [
    ...[step.step, step.state, step.round, step.owner, step.dueAt, step.doneAt, step.doneBy],
    ...[step.summary, JSON.stringify(step.evidence), step.overdueLevel],
  ]
}

/** In the order of the columns of the statement that keeps a request. */
export function requestParameters(one: SupplierRequest): readonly SqlValue[] {
  const reply = one.reply === null ? null : JSON.stringify(one.reply)
  return [
    ...[one.id, one.supplier, one.state, one.round, one.question, one.contact, one.issuedAt],
    ...[one.dueAt, one.firstRepliedAt, reply, one.remark, JSON.stringify(one.links)],
  ]
}
