import { setTimeout as delay } from 'node:timers/promises'
import type { Sandbox } from '../src/index.ts'

const PATIENCE_MS = 30_000

/** `Sandbox.start` is over when one lane serves; a host that runs for a while has all, and the standby. */
export async function lanesUp(sandbox: Sandbox, count: number): Promise<void> {
  const counted = new Set(['shared', 'standby'])
  const serving = () =>
    sandbox.stats().lanes.filter(({ mode, pool }) => mode === 'serving' && counted.has(pool)).length
  for (const deadline = performance.now() + PATIENCE_MS; serving() < count; await delay(5)) {
    if (performance.now() > deadline) throw new Error(`only ${serving()} of ${count} lanes are up`)
  }
}
