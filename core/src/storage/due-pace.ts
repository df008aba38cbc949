/** Between questions, while nothing is due and hints of other nodes are heard. */
export const REST_MS = 500
/** While something is due, or no hint can be heard: then this is all that tells of other nodes' work. */
export const BUSY_MS = 250
/** Every loop looks for itself this often, whatever was answered: it may have work that no question asks about. */
export const SELF_MS = 30_000

export interface Answered {
  /** In how many milliseconds something is due; 0 or less: now; null: nothing is. */
  readonly dueMs: number | null
  /** Milliseconds since its loop was told to look. */
  readonly quietMs: number
}

export interface Pace {
  /** By answer, in how many milliseconds its loop is to look; undefined: it is asked about again before that. */
  readonly lookInMs: readonly (number | undefined)[]
  /** Milliseconds until the next question. */
  readonly askInMs: number
}

/** When each loop looks, and when PostgreSQL is asked again. */
export function paceOf(answers: readonly Answered[], isHearing: boolean): Pace {
  const isBusy = !isHearing || answers.some(({ dueMs }) => dueMs !== null && dueMs <= 0)
  const askInMs = isBusy ? BUSY_MS : REST_MS
  return { askInMs, lookInMs: answers.map((answered) => lookInMs(answered, askInMs)) }
}

function lookInMs({ dueMs, quietMs }: Answered, askInMs: number): number | undefined {
  if (quietMs >= SELF_MS) return 0
  if (dueMs === null || dueMs >= askInMs) return undefined
  // A millisecond late: whoever looks one too early finds nothing, and waits for the next question.
  return dueMs <= 0 ? 0 : Math.ceil(dueMs) + 1
}
