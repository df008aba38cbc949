import { batchScaling, columnar100kVsNative } from './batch-columns.ts'
import { coldStart } from './cold-start.ts'
import { progress } from './effort.ts'
import { flooded } from './flooded.ts'
import { hostCalls } from './host-calls.ts'
import { http } from './http.ts'
import { isolateMemory } from './isolate-memory.ts'
import { jsonCalls } from './json-calls.ts'
import { otherWalls } from './other-walls.ts'
import { recovery } from './recovery.ts'
import { swaps } from './swaps.ts'

/**
 * What the sandbox costs, each figure beside its baselines of the same run. About four minutes on a machine
 * that does nothing else; ratios mean more than times.
 */
const parts: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  json: jsonCalls,
  walls: otherWalls,
  host: hostCalls,
  cold: () => coldStart('small'),
  cold_473kb: () => coldStart('473kb'),
  cold_shims: () => coldStart('shims'),
  http,
  flooded,
  swaps,
  recovery,
  memory: () => isolateMemory('small'),
  memory_473kb: () => isolateMemory('473kb'),
  memory_shims: () => isolateMemory('shims'),
  columns: columnar100kVsNative,
  scaling: batchScaling,
}

/** Twice what it takes when all is well. Lanes and servers end with this process. */
const MAX_MS = 480_000

/** `BENCH_PARTS=json,http` chooses some. A part that fails does not take the figures of the others with it. */
export async function run(): Promise<Record<string, unknown>> {
  const stop = setTimeout(() => {
    process.stderr.write(`the bench is not over after ${MAX_MS / 1000} s\n`)
    process.exit(1)
  }, MAX_MS)
  stop.unref()
  const chosen = process.env.BENCH_PARTS?.split(',') ?? Object.keys(parts)
  const figures: Record<string, unknown> = {}
  const seconds: Record<string, number> = {}
  for (const name of chosen) {
    const started = performance.now()
    try {
      Object.assign(figures, await parts[name]?.())
    } catch (error) {
      process.exitCode = 1
      figures[`failed_${name}`] = String(error)
      progress(`${name} failed: ${error instanceof Error ? error.stack : error}`)
      if (error instanceof Error && error.cause !== undefined) progress(String(error.cause))
    }
    seconds[name] = Math.round((performance.now() - started) / 1000)
  }
  clearTimeout(stop)
  return { ...figures, seconds }
}
