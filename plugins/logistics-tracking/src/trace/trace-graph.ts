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
 * How a key was reached. Goods are followed into what they became and what they were in; a unit that goods only travelled in is
 * followed to the units that it travelled in itself, never to the other goods in it.
 */
interface Reached {
  readonly as: 'goods' | 'carrier'
  /** Up: only what was before counts; down: only what was after. */
  readonly time: number
}

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

/** A trace as it grows, level by level, in one direction. Cycles end because a key is followed again only to reach further in time. */
export class Trace {
  readonly edges = new Map<string, TraceEdge>()
  readonly reached = new Map<string, Reached>()
  readonly #direction: Direction
  readonly #limits: TraceLimits
  #frontier: Map<string, Reached>
  cut = false

  constructor(start: string, direction: Direction, limits: TraceLimits) {
    this.#direction = direction
    this.#limits = limits
    const first: Reached = { as: 'goods', time: direction === 'up' ? Infinity : -Infinity }
    this.#frontier = new Map([[start, first]])
    this.reached.set(start, first)
  }

  /** Keys to ask about next; none when the trace is whole. */
  get frontier(): readonly string[] {
    return [...this.#frontier.keys()]
  }

  get nodes(): readonly TraceNode[] {
    return Array.from(this.reached.keys(), (epc) => ({ epc, kind: kindOfKey(epc) }))
  }

  /** The same trace with other limits, to look further without going there. */
  copy(limits: TraceLimits): Trace {
    const copy = new Trace('', this.#direction, limits)
    copy.reached.clear()
    for (const [key, reached] of this.reached) copy.reached.set(key, reached)
    for (const [name, edge] of this.edges) copy.edges.set(name, edge)
    copy.#frontier = new Map(this.#frontier)
    return copy
  }

  /** Goes one level further by what is known of the frontier. */
  follow({ stays, flows, cut }: LevelFacts): void {
    this.cut ||= cut
    const current = this.#frontier
    this.#frontier = new Map()
    for (const stay of stays) this.#followStay(stay, current)
    const sides = new Map<string, FlowRow[]>()
    for (const row of flows) sides.set(row.flow, [...(sides.get(row.flow) ?? []), row])
    for (const rows of sides.values()) this.#followFlow(rows, current)
  }

  #followStay(stay: Stay, current: ReadonlyMap<string, Reached>): void {
    const { parent, child, from, until = Infinity } = stay
    const inside = current.get(child)
    if (inside !== undefined && this.#overlaps(from, until, inside.time)) {
      this.#reachParent(stay, inside.time)
    }
    const outside = current.get(parent)
    if (outside?.as === 'goods' && this.#overlaps(from, until, outside.time)) {
      // Up: what is inside came into the unit; down: it comes out of it.
      const isUp = this.#direction === 'up'
      this.#reach(child, {
        as: 'goods',
        time: isUp ? Math.min(outside.time, until) : Math.max(outside.time, from),
      }, edgeOf(stay, isUp ? child : parent, isUp ? parent : child, from))
    }
  }

  /** Up: goods were in the unit before; down: they go into it. */
  #reachParent(stay: Stay, time: number): void {
    const { parent, child, from, until = Infinity } = stay
    const isUp = this.#direction === 'up'
    const edge = isUp ? edgeOf(stay, parent, child, from) : edgeOf(stay, child, parent, from)
    this.#reach(parent, {
      as: 'carrier',
      time: isUp ? Math.min(time, until) : Math.max(time, from),
    }, edge)
  }

  #overlaps(from: number, until: number, time: number): boolean {
    return this.#direction === 'up' ? from <= time : until >= time
  }

  #followFlow(rows: readonly FlowRow[], current: ReadonlyMap<string, Reached>): void {
    const [near, far] = this.#direction === 'up' ? (['out', 'in'] as const) : (['in', 'out'] as const)
    for (const here of rows) {
      const known = here.side === near ? current.get(here.key) : undefined
      if (known?.as !== 'goods' || !this.#isInTime(here.at_ms, known.time)) continue
      for (const there of rows) {
        if (there.side !== far || there.key === here.key) continue
        const [from, to] = this.#direction === 'up' ? [there.key, here.key] : [here.key, there.key]
        const kind = here.flow.includes(' ') ? 'lot' : 'transformation'
        this.#reach(there.key, { as: 'goods', time: there.at_ms }, {
          ...{ from, to, kind, event: there.event, at: there.at_ms },
          ...(there.step === null ? {} : { step: there.step }),
        })
      }
    }
  }

  #isInTime(at: number, time: number): boolean {
    return this.#direction === 'up' ? at <= time : at >= time
  }

  #reach(key: string, reached: Reached, edge: TraceEdge): void {
    const name = `${edge.from} ${edge.to} ${edge.event}`
    const isNew = !this.reached.has(key)
    const fits = this.edges.has(name) || this.edges.size < this.#limits.edges
    if (!fits || (isNew && this.reached.size >= this.#limits.nodes)) {
      this.cut = true
      return
    }
    if (!this.edges.has(name)) this.edges.set(name, edge)
    const before = this.reached.get(key)
    const further = before === undefined ? reached : this.#union(before, reached)
    if (further === before) return
    this.reached.set(key, further)
    this.#frontier.set(key, further)
  }

  /** Both ways to have come there; the one from before where nothing more can follow from the other. */
  #union(before: Reached, now: Reached): Reached {
    const time =
      this.#direction === 'up' ? Math.max(before.time, now.time) : Math.min(before.time, now.time)
    const as = before.as === 'goods' || now.as === 'goods' ? 'goods' : 'carrier'
    return time === before.time && as === before.as ? before : { as, time }
  }
}

function edgeOf({ event, kind, step }: Stay, from: string, to: string, at: number): TraceEdge {
  return { from, to, event, at, kind, ...(step === null ? {} : { step }) }
}
