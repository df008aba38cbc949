import { type Arm, type Cohort, chanceAmongLeft, FULL_WEIGHT_BP, judgedBy } from './cohort.ts'

/** What is known of a request whose entry calls are counted. */
interface Counted {
  readonly arm: Arm
  /** In force when it was drawn, in basis points. */
  readonly weightBp: number
  /** Chance that the request was the canary's, fixed when its first call was admitted. */
  readonly probability: number
  hasFailed: boolean
}

/** A call ends within half a minute; twice what a node does of requests with entries in that time. */
const MOST_REQUESTS = 16_384

/**
 * The requests whose entry calls a node has counted. One request is drawn once, however many handlers it runs
 * and however often it is tried: its failures are one event, or a single poisoned event that is tried ten
 * times would look like ten independent draws and stop a healthy version.
 */
export class EntryRequests {
  readonly #counted = new Map<string, Counted>()

  of(requestId: string): Counted | undefined {
    return this.#counted.get(requestId)
  }

  add(requestId: string, drawn: Omit<Counted, 'hasFailed'>): Counted {
    const counted = { ...drawn, hasFailed: false }
    // Behind all others: the oldest is forgotten first.
    this.#counted.delete(requestId)
    this.#counted.set(requestId, counted)
    const [oldest] = this.#counted.keys()
    if (this.#counted.size > MOST_REQUESTS) this.#counted.delete(oldest as string)
    return counted
  }
}

/** A unit that went over to the canary took its keys with it: what they do there is told anew. */
export function isMovedUnit(
  { arm }: Pick<Counted, 'arm'>,
  now: Arm,
  cohort: Pick<Cohort, 'cohortBy' | 'lists'>,
): boolean {
  return arm === 'stable' && now === 'canary' && judgedBy(cohort) !== 'request'
}

/**
 * The events of one key are one request that lives on. When the weight has grown since a key was drawn and found on
 * stable, it was drawn again, and only among the keys that were left there.
 * @returns the chance that it is the canary's now; undefined: nothing was drawn anew
 */
export function chanceAgain(
  { arm, weightBp }: Pick<Counted, 'arm' | 'weightBp'>,
  cohort: Pick<Cohort, 'cohortBy' | 'lists' | 'weightBp'>,
): number | undefined {
  const hasGrown = cohort.weightBp > weightBp && weightBp < FULL_WEIGHT_BP
  if (judgedBy(cohort) !== 'request' || arm === 'canary' || !hasGrown) return undefined
  return chanceAmongLeft(cohort.weightBp, weightBp)
}
