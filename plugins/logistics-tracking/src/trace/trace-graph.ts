import { type KeyKind, kindOfKey } from '../identifiers/kind-of-key.ts'
import type { FlowRow } from './event-links.ts'
import type { Stay } from './stays.ts'

export type Direction = 'up' | 'down'

export interface TraceNode {
  readonly epc: string
  readonly kind: KeyKind
}

export interface TraceEdge {
  readonly from: string
  readonly to: string
  readonly event: string
  readonly at: number
  readonly kind: 'transformation' | 'aggregation' | 'association' | 'lot'
  readonly step?: string
}

/**
 * How a key was reached, and the time for which it matters, both ends included. Goods are followed into what they became and what
 * they were in; a unit that goods only travelled in is followed to the units that it travelled in itself while they were in it, never
 * to the other goods in it.
 */
interface Reach {
  readonly as: 'goods' | 'carrier'
  readonly from: number
  readonly until: number
}

/** A reusable unit carries the same goods a few times; beyond this its times are taken as one. */
const MOST_REACHES = 16

export interface TraceLimits {
  readonly nodes: number
  readonly edges: number
}

/** What is known of the keys of one level: how long they were inside of what, and what they came in and out of. */
export interface LevelFacts {
  readonly stays: readonly Stay[]
  readonly flows: readonly FlowRow[]
  /** There is more than was read. */
  readonly cut: boolean
}

/** A trace as it grows, level by level, in one direction. Cycles end because a key is followed again only for times that are new. */
export class Trace {
  readonly edges = new Map<string, TraceEdge>()
  readonly #reached = new Map<string, readonly Reach[]>()
  readonly #start: string
  readonly #isUp: boolean
  readonly #limits: TraceLimits
  #frontier: Map<string, readonly Reach[]>
  cut = false

  constructor(start: string, direction: Direction, limits: TraceLimits) {
    this.#start = start
    this.#isUp = direction === 'up'
    this.#limits = limits
    const first: Reach = { as: 'goods', from: -Infinity, until: Infinity }
    this.#frontier = new Map([[start, [first]]])
    this.#reached.set(start, [first])
  }

  /** Keys to ask about next; none when the trace is whole. */
  get frontier(): readonly string[] {
    return [...this.#frontier.keys()]
  }

  get nodes(): readonly TraceNode[] {
    return Array.from(this.#reached.keys(), (epc) => ({ epc, kind: kindOfKey(epc) }))
  }

  /** The same trace with other limits, to look further without going there. */
  copy(limits: TraceLimits): Trace {
    const copy = new Trace(this.#start, this.#isUp ? 'up' : 'down', limits)
    for (const [key, reached] of this.#reached) copy.#reached.set(key, reached)
    for (const [name, edge] of this.edges) copy.edges.set(name, edge)
    copy.#frontier = new Map(this.#frontier)
    return copy
  }

  /** Goes one level further by what is known of the frontier. */
  follow({ stays, flows, cut }: LevelFacts): void {
    this.cut ||= cut
    const current = this.#frontier
    this.#frontier = new Map()
    for (const stay of stays) {
      for (const reach of current.get(stay.child) ?? []) this.#followOut(stay, reach)
      for (const reach of current.get(stay.parent) ?? []) this.#followIn(stay, reach)
    }
    for (const rows of Map.groupBy(flows, ({ flow }) => flow).values()) {
      this.#followFlow(rows, current)
    }
  }

  /** From what is inside to the unit: up, goods came in it; down, they go into it. */
  #followOut(stay: Stay, reach: Reach): void {
    const { parent, child, from, until = Infinity } = stay
    // What it is still in, it came not out of.
    if (this.#isUp && child === this.#start && stay.until === undefined) return
    const [begin, end] = [Math.max(from, reach.from), Math.min(until - 1, reach.until)]
    if (begin > end) return
    const edge = this.#isUp ? edgeOf(stay, parent, child) : edgeOf(stay, child, parent)
    this.#reach(parent, { as: 'carrier', from: begin, until: end }, edge)
  }

  /** From a unit that is traced itself to what was in it. */
  #followIn(stay: Stay, reach: Reach): void {
    const { parent, child, from, until = Infinity } = stay
    if (reach.as === 'carrier' || from > reach.until || until <= reach.from) return
    const next: Reach = this.#isUp
      ? { as: 'goods', from: -Infinity, until: Math.min(until, reach.until) }
      : { as: 'goods', from: Math.max(from, reach.from), until: Infinity }
    const edge = this.#isUp ? edgeOf(stay, child, parent) : edgeOf(stay, parent, child)
    this.#reach(child, next, edge)
  }

  #followFlow(rows: readonly FlowRow[], current: ReadonlyMap<string, readonly Reach[]>): void {
    const [near, far] = this.#isUp ? (['out', 'in'] as const) : (['in', 'out'] as const)
    const farther = rows.filter(({ side }) => side === far)
    for (const here of rows) {
      if (here.side !== near || !this.#counts(here, current.get(here.key))) continue
      for (const there of farther) if (there.key !== here.key) this.#reachFlow(here, there)
    }
  }

  #counts({ at_ms }: FlowRow, reaches: readonly Reach[] = []): boolean {
    return reaches.some(({ as, from, until }) => as === 'goods' && from <= at_ms && at_ms <= until)
  }

  #reachFlow(here: FlowRow, there: FlowRow): void {
    const { flow, event, at_ms: at, step } = there
    const [from, to] = this.#isUp ? [there.key, here.key] : [here.key, there.key]
    const reach: Reach = this.#isUp
      ? { as: 'goods', from: -Infinity, until: at }
      : { as: 'goods', from: at, until: Infinity }
    const kind = flow.includes(' ') ? 'lot' : 'transformation'
    this.#reach(there.key, reach, { from, to, kind, event, at, ...(step === null ? {} : { step }) })
  }

  #reach(key: string, reach: Reach, edge: TraceEdge): void {
    const name = `${edge.from} ${edge.to} ${edge.event}`
    // Not back the way it came.
    if (this.edges.has(`${edge.to} ${edge.from} ${edge.event}`)) return
    const before = this.#reached.get(key)
    const fits = this.edges.has(name) || this.edges.size < this.#limits.edges
    if (!fits || (before === undefined && this.#reached.size >= this.#limits.nodes)) {
      this.cut = true
      return
    }
    if (!this.edges.has(name)) this.edges.set(name, edge)
    if (before?.some((known) => covers(known, reach))) return
    const all = [...(before ?? []).filter((known) => !covers(reach, known)), reach]
    this.#reached.set(key, all.length > MOST_REACHES ? [hull(all)] : all)
    this.#frontier.set(key, [...(this.#frontier.get(key) ?? []), reach])
  }
}

/** Whether nothing can follow from the other that does not follow from the first. */
function covers(known: Reach, { as, from, until }: Reach): boolean {
  return known.from <= from && known.until >= until && (known.as === 'goods' || as === 'carrier')
}

function hull(reaches: readonly Reach[]): Reach {
  return {
    as: reaches.some(({ as }) => as === 'goods') ? 'goods' : 'carrier',
    from: Math.min(...reaches.map(({ from }) => from)),
    until: Math.max(...reaches.map(({ until }) => until)),
  }
}

function edgeOf({ event, kind, step, from: at }: Stay, from: string, to: string): TraceEdge {
  return { from, to, event, at, kind, ...(step === null ? {} : { step }) }
}
