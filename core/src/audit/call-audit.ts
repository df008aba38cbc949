import type { AuditEntry } from './audit-store.ts'

export interface CallRecord {
  readonly tenant: string | null
  readonly actor: string
  readonly subject: string
  /** `done`, or the code of the refusal. */
  readonly outcome: string
  readonly traceId: string
  /** Reads are counted; a call that may have changed something gets an entry of its own. */
  readonly safe: boolean
}

/**
 * How many writes, and how many refusals, of one interval get an entry of their own. Beyond it they are
 * counted: a flood cannot fill the disk, and one of refusals does not crowd out the writes.
 */
const MAX_EXACT = { write: 500, refusal: 200 } as const

/** Distinct (actor, subject, outcome) counted in one interval; more fall into one line that says so. */
const MAX_GROUPS = 2000

interface Group {
  readonly first: CallRecord
  count: number
}

/**
 * Gathers the calls of one interval into audit entries: done reads as counts, writes and refusals exactly.
 * Pure: it holds state, but no clock and no connection.
 */
export class CallAudit {
  #groups = new Map<string, Group>()
  #exact: CallRecord[] = []
  #left: { write: number; refusal: number } = { ...MAX_EXACT }
  #overflow = 0

  add(record: CallRecord): void {
    const kind = exactKind(record)
    if (kind !== undefined && this.#left[kind] > 0) {
      this.#left[kind] -= 1
      this.#exact.push(record)
      return
    }
    const key = `${record.actor} ${record.subject} ${record.outcome}`
    const group = this.#groups.get(key)
    if (group !== undefined) group.count += 1
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(key, { first: record, count: 1 })
    else this.#overflow += 1
  }

  /** Empties the gathered interval. */
  take(): AuditEntry[] {
    const entries = [
      ...this.#exact.map((record) => entryOf(record, 1)),
      ...[...this.#groups.values()].map(({ first, count }) => entryOf(first, count)),
    ]
    if (this.#overflow > 0) entries.push(overflowEntry(this.#overflow))
    this.#groups = new Map()
    this.#exact = []
    this.#left = { ...MAX_EXACT }
    this.#overflow = 0
    return entries
  }
}

/** Strangers are counted only: anybody can be refused as often as they like. */
function exactKind({ tenant, safe, outcome }: CallRecord): keyof typeof MAX_EXACT | undefined {
  if (tenant === null) return undefined
  if (outcome !== 'done') return 'refusal'
  return safe ? undefined : 'write'
}

function entryOf(record: CallRecord, count: number): AuditEntry {
  return {
    tenant: record.tenant,
    actor: record.actor,
    action: 'service.call',
    subject: record.subject,
    outcome: record.outcome,
    traceId: record.traceId,
    detail: { count },
  }
}

function overflowEntry(count: number): AuditEntry {
  return {
    tenant: null,
    actor: 'host',
    action: 'service.call',
    subject: 'others',
    outcome: 'not told apart',
    traceId: null,
    detail: { count },
  }
}
