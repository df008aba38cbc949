import { create } from '../app/store.ts'
import { ProblemError } from './problem.ts'
import { send } from './request.ts'

/** Calls that somebody lets the page make again and again, and what became of them. */
export interface Traffic {
  readonly isRunning: boolean
  readonly answered: number
  readonly failed: number
  /** Answers by the version that gave them. */
  readonly byVersion: Readonly<Record<string, number>>
  /** Why it ended by itself; undefined: it did not. */
  readonly error: Error | undefined
}

export interface TrafficTarget {
  readonly path: string
  /** Of an app. */
  readonly key: string
  /** An operation that changes nothing. */
  readonly input: unknown
}

/** Enough that a judge decides within seconds, and a tenth of what the plan of every service lets through. */
const CALLS_PER_S = 20
/** Nobody looks for longer: five minutes. */
export const MOST_CALLS = 6000
/** A host that answers slowly is not called more and more. */
const MOST_OPEN = 4
/** A key that is refused is refused again. */
const FINAL = [401, 403, 404]

const NONE: Traffic = {
  isRunning: false,
  answered: 0,
  failed: 0,
  byVersion: {},
  error: undefined,
}

/** Goes on while somebody looks at another page of the console; it ends with the window. */
export const traffic = create<Traffic>(NONE)

let stop: () => void = () => undefined

export function startTraffic(target: TrafficTarget): void {
  stop()
  const cut = new AbortController()
  let open = 0
  let sent = 0
  const isOver = () => cut.signal.aborted
  const timer = setInterval(() => {
    if (open >= MOST_OPEN) return
    if (sent >= MOST_CALLS) return stop()
    open += 1
    sent += 1
    void callOnce(target, cut.signal).then((seen) => {
      open -= 1
      if (!isOver()) tell(seen)
    })
  }, 1000 / CALLS_PER_S)
  stop = () => {
    clearInterval(timer)
    cut.abort()
    traffic.set({ ...traffic.get(), isRunning: false })
    stop = () => undefined
  }
  traffic.set({ ...NONE, isRunning: true })
}

export function stopTraffic(): void {
  stop()
}

interface Seen {
  readonly version?: string
  readonly error?: Error
}

async function callOnce({ path, key, input }: TrafficTarget, signal: AbortSignal): Promise<Seen> {
  try {
    const answer = await send('POST', path, { body: input, key, signal })
    // Read to its end, so that the connection is free for the next.
    await answer.arrayBuffer()
    const version = answer.headers.get('signalbox-version')
    return version === null ? {} : { version }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

function tell(seen: Seen): void {
  const next = counted(traffic.get(), seen)
  traffic.set(next)
  if (next.error !== undefined) stop()
}

/** Pure. */
export function counted(before: Traffic, { version, error }: Seen): Traffic {
  if (error !== undefined) {
    const isFinal = error instanceof ProblemError && FINAL.includes(error.problem.status)
    return { ...before, failed: before.failed + 1, error: isFinal ? error : before.error }
  }
  const { byVersion } = before
  return {
    ...before,
    answered: before.answered + 1,
    byVersion:
      version === undefined
        ? byVersion
        : { ...byVersion, [version]: (byVersion[version] ?? 0) + 1 },
  }
}
