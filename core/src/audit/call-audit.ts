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
  /** `service.call`, when left out. */
  readonly action?: string
  /** Where it came from; of refusals. */
  readonly address?: string
}

type Kind = 'write' | 'refusal' | 'stranger'

/**
 * How many of one interval get a line of their own, and how many more each interval brings: a burst is told call by
 * call, and a flood cannot fill the disk. What is beyond is in a count. One kind does not crowd out another. Of
 * strangers a line is a count by address and outcome: anybody can be refused as often as they like.
 */
const ROOM: Readonly<Record<Kind, { readonly most: number; readonly refill: number }>> = {
  write: { most: 500, refill: 500 },
  refusal: { most: 200, refill: 20 },
  stranger: { most: 200, refill: 5 },
}

/** Distinct (actor, subject, outcome) counted in one interval; more fall into one line that says so. */
const MAX_GROUPS = 2000

/** Of those that fell out of the groups; a plugin's refusals have codes of their own. */
const MAX_OUTCOMES = 50

interface Group {
  readonly first: CallRecord
  count: number
}

/** Whether it is to be on record before it is answered: all but reads that were done. */
export function isExact({ safe, outcome }: CallRecord): boolean {
  return !safe || outcome !== 'done'
}

/**
 * Gathers the calls of one interval into audit entries: done reads as counts, writes and refusals exactly. Every call is
 * in some count. Pure: it holds state, but no clock and no connection.
 */
export class CallAudit {
  #groups = new Map<string, Group>()
  /** Those that a caller's reads were counted in already, by the very object: to build a key costs a call more than its limit. */
  #found = new WeakMap<object, Map<string, Group>>()
  #exact: CallRecord[] = []
  readonly #left: Record<Kind, number> = {
    write: ROOM.write.most,
    refusal: ROOM.refusal.most,
    stranger: ROOM.stranger.most,
  }
  #overflow = new Map<string, number>()

  /**
   * A read that was done.
   * @param caller the same object for the same actor and service
   * @param record asked for at the first of the interval
   */
  addRead(caller: object, operation: string, record: () => CallRecord): void {
    const found = this.#found.get(caller)
    const known = found?.get(operation)
    if (known !== undefined) {
      known.count += 1
      return
    }
    const group = this.#add(record())
    if (group === undefined) return
    if (found === undefined) this.#found.set(caller, new Map([[operation, group]]))
    else found.set(operation, group)
  }

  add(record: CallRecord): void {
    this.#add(record)
  }

  /** @returns what it was counted in, where that was not a line of its own */
  #add(record: CallRecord): Group | undefined {
    const kind = kindOf(record)
    if (kind !== undefined && kind !== 'stranger' && this.#left[kind] > 0) {
      this.#left[kind] -= 1
      this.#exact.push(record)
      return undefined
    }
    const { actor, action, subject, outcome, address } = record
    // Of those that have an entry each otherwise a count tells no addresses apart: it is one app's.
    const from = kind === 'stranger' ? address : ''
    const key = `${actor} ${action} ${subject} ${outcome} ${from}`
    const known = this.#groups.get(key)
    if (known !== undefined) {
      known.count += 1
      return known
    }
    if (!this.#hasRoom(kind)) {
      this.#count(outcome)
      return undefined
    }
    const group = { first: record, count: 1 }
    this.#groups.set(key, group)
    return group
  }

  /** Empties the gathered interval. */
  take(): AuditEntry[] {
    const entries = [
      ...this.#exact.map((record) => entryOf(record, 1)),
      ...[...this.#groups.values()].map(({ first, count }) => entryOf(first, count)),
      ...[...this.#overflow].map(([outcome, count]) => overflowEntry(outcome, count)),
    ]
    this.#groups = new Map()
    this.#found = new WeakMap()
    this.#exact = []
    this.#overflow = new Map()
    for (const kind of Object.keys(ROOM) as Kind[]) {
      this.#left[kind] = Math.min(ROOM[kind].most, this.#left[kind] + ROOM[kind].refill)
    }
    return entries
  }

  #count(outcome: string): void {
    const known = this.#overflow.has(outcome) || this.#overflow.size < MAX_OUTCOMES
    const key = known ? outcome : 'not told apart'
    this.#overflow.set(key, (this.#overflow.get(key) ?? 0) + 1)
  }

  #hasRoom(kind: Kind | undefined): boolean {
    if (this.#groups.size >= MAX_GROUPS) return false
    if (kind !== 'stranger') return true
    if (this.#left.stranger === 0) return false
    this.#left.stranger -= 1
    return true
  }
}

function kindOf({ tenant, safe, outcome }: CallRecord): Kind | undefined {
  if (tenant === null) return 'stranger'
  if (outcome !== 'done') return 'refusal'
  return safe ? undefined : 'write'
}

function entryOf(record: CallRecord, count: number): AuditEntry {
  const { tenant, actor, action = 'service.call', subject, outcome, traceId, address } = record
  const write = outcome === 'done' && !record.safe
  const detail = {
    count,
    ...(address === undefined ? {} : { address }),
    ...(write ? { write } : {}),
  }
  return {
    tenant,
    actor: storable(actor),
    action,
    subject: storable(subject),
    outcome: storable(outcome),
    traceId,
    detail,
  }
}

/** PostgreSQL has no U+0000: one name that has it must not keep all that follows from being written. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

function overflowEntry(outcome: string, count: number): AuditEntry {
  return {
    tenant: null,
    actor: 'host',
    action: 'service.call',
    subject: 'others',
    outcome: outcome === 'done' ? 'not told apart' : outcome,
    traceId: null,
    detail: { count },
  }
}
