/**
 * `BENCH_EFFORT=0.1` gives a tenth of the rounds, to see whether a change of the bench itself works. What it
 * prints then is no figure.
 */
const effort = Math.min(1, Number(process.env.BENCH_EFFORT ?? 1))

/** Rounds of a measurement, or calls in one; at least as many as its sense needs. */
export function rounds(count: number, atLeast = 1): number {
  return Math.max(atLeast, Math.round(count * effort))
}

/** To stderr: stdout belongs to the figures. */
export function progress(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
