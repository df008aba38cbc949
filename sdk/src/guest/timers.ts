import { report, seam } from './seam.ts'

/** https://html.spec.whatwg.org/#timers: what does not fit into 31 bits is taken for the shortest. */
const MAX_MS = 2 ** 31 - 1

interface Timer {
  readonly id: number
  readonly run: () => void
  readonly everyMs: number | undefined
  due: number
}

/** A call's timers end with it: nothing else holds its timetable. */
const timetables = new WeakMap<object, Timetable>()

export function setTimeout(callback: unknown, ms?: unknown, ...parts: unknown[]): number {
  return timetable().add(callback, ms, parts, false)
}

export function setInterval(callback: unknown, ms?: unknown, ...parts: unknown[]): number {
  return timetable().add(callback, ms, parts, true)
}

export function clearTimeout(id?: unknown): void {
  const call = seam().call()
  if (call !== undefined) timetables.get(call)?.remove(Number(id))
}

/** One list of numbers for both kinds: https://html.spec.whatwg.org/#dom-clearinterval */
export function clearInterval(id?: unknown): void {
  clearTimeout(id)
}

/** @throws TypeError while the bundle loads: a timer belongs to a call. */
function timetable(): Timetable {
  const call = seam().call()
  if (call === undefined)
    throw new TypeError('A module that loads has no timers: set them in a handler')
  const known = timetables.get(call)
  if (known !== undefined) return known
  const made = new Timetable()
  timetables.set(call, made)
  return made
}

/**
 * The timers of one call over as few host calls as can be: one sleep until the next timer is due wakes for all
 * that are due by then, and one that was cleared costs nothing.
 */
class Timetable {
  readonly #timers = new Map<number, Timer>()
  /** When the sleeps that are under way end. */
  readonly #wakes = new Set<number>()
  #lastId = 0
  #isRunning = false

  /** @throws SBX_TIMERS_EXCEEDED */
  add(callback: unknown, ms: unknown, parts: readonly unknown[], isRepeated: boolean): number {
    if (typeof callback !== 'function') throw new TypeError('A timer takes a function')
    const { maxTimers } = seam()
    if (this.#timers.size >= maxTimers) {
      throw seam().limitError('TIMERS_EXCEEDED', maxTimers + 1, maxTimers, 'timers at once')
    }
    const wanted = Math.trunc(Number(ms))
    const afterMs = wanted >= 1 && wanted <= MAX_MS ? wanted : 1
    const id = ++this.#lastId
    const run = () => callback(...parts)
    const everyMs = isRepeated ? afterMs : undefined
    this.#timers.set(id, { id, run, everyMs, due: seam().now() + afterMs })
    this.#sleep()
    return id
  }

  remove(id: number): void {
    this.#timers.delete(id)
  }

  #sleep(): void {
    const next = this.#next()
    if (next === undefined || this.#isRunning) return
    const { due } = next
    for (const wake of this.#wakes) if (wake <= due) return
    this.#wakes.add(due)
    const ms = Math.max(1, due - seam().now())
    seam()
      .hostCall('sleep', { ms })
      .then(
        () => this.#wake(due),
        (error) => seam().fail(error),
      )
  }

  /** The host's timer may ring a moment before its clock says so: what was slept for counts as due. */
  async #wake(due: number): Promise<void> {
    this.#wakes.delete(due)
    const until = Math.max(due, seam().now())
    this.#isRunning = true
    for (;;) {
      const timer = this.#next()
      if (timer === undefined || timer.due > until) break
      this.#run(timer)
      // What one callback has settled comes before the next callback.
      await Promise.resolve()
    }
    this.#isRunning = false
    this.#sleep()
  }

  #run(timer: Timer): void {
    if (timer.everyMs === undefined) this.#timers.delete(timer.id)
    else {
      // Behind those that are due at the same instant and wait longer already.
      this.#timers.delete(timer.id)
      this.#timers.set(timer.id, timer)
      timer.due = seam().now() + timer.everyMs
    }
    try {
      timer.run()
    } catch (error) {
      report('A timer', error)
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers.values()) {
      if (next === undefined || timer.due < next.due) next = timer
    }
    return next
  }
}
