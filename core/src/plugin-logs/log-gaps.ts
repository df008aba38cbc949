import { gapLine, type LogLine, type MissReason } from './log-line.ts'

/** Plugins in tenants, by reason, of which a gap waits to be told; what is beyond is in the metric alone. */
const MAX_GAPS = 1000

/** Lines that were not kept: how many altogether, and of whom since it was last told. */
export class LogGaps {
  readonly #counts: Record<MissReason, number> = {
    'too-many': 0,
    'queue-full': 0,
    'too-large': 0,
    unreadable: 0,
    'not-written': 0,
  }
  readonly #untold = new Map<
    string,
    { readonly of: { tenant: string; plugin: string }; readonly reason: MissReason; missed: number }
  >()

  get counts(): Readonly<Record<MissReason, number>> {
    return this.#counts
  }

  add(
    { tenant, plugin }: { tenant: string; plugin: string },
    reason: MissReason,
    missed: number,
  ): void {
    if (missed === 0) return
    this.#counts[reason] += missed
    const key = `${reason} ${tenant} ${plugin}`
    const known = this.#untold.get(key)
    if (known !== undefined) known.missed += missed
    else if (this.#untold.size < MAX_GAPS) {
      this.#untold.set(key, { of: { tenant, plugin }, reason, missed })
    }
  }

  /** What is to be told, once. */
  take(now: number): LogLine[] {
    const lines = [...this.#untold.values()].map(({ of, reason, missed }) =>
      gapLine(of, reason, missed, now),
    )
    this.#untold.clear()
    return lines
  }
}
