import type { Assignment } from './assignment.ts'

/** A node that has not heard of a change yet catches up within a second; ten times that. */
const LAG_MS = 10_000

interface Kept {
  readonly assignment: Assignment
  readonly at: number
}

interface Limits {
  readonly freshMs: number
  /** The one that was used longest ago goes first. */
  readonly most: number
}

/** What the host said last, by question. Pure but for what it keeps: the time is passed in. */
export class AssignmentCache {
  readonly #limits: Limits
  readonly #kept = new Map<string, Kept>()
  #generation = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Of the newest generation that was heard of, and young enough. */
  fresh(question: string, now: number): Assignment | undefined {
    const kept = this.#kept.get(question)
    if (kept === undefined || kept.assignment.generation !== this.#generation) return undefined
    if (Math.abs(now - kept.at) >= this.#limits.freshMs) return undefined
    return kept.assignment
  }

  /** However old. */
  last(question: string): Assignment | undefined {
    const kept = this.#kept.get(question)
    if (kept === undefined) return undefined
    this.#kept.delete(question)
    this.#kept.set(question, kept)
    return kept.assignment
  }

  /** @returns what holds: of two nodes that answer, the one that has heard more. */
  keep(question: string, assignment: Assignment, now: number): Assignment {
    const known = this.#kept.get(question)
    const isLagging =
      known !== undefined &&
      known.assignment.generation > assignment.generation &&
      Math.abs(now - known.at) < LAG_MS
    if (isLagging) return known.assignment
    this.#kept.delete(question)
    this.#kept.set(question, { assignment, at: now })
    this.#generation =
      known !== undefined && known.assignment.generation > assignment.generation
        ? // A host that was set up anew counts from the beginning.
          assignment.generation
        : Math.max(this.#generation, assignment.generation)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#limits.most && oldest !== undefined) this.#kept.delete(oldest)
    return assignment
  }
}
