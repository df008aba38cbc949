import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { progress, rounds } from './effort.ts'
import { median, ratio, rounded } from './figures.ts'
import { type LoadResult, load } from './load.ts'
import { orderJson } from './order-plugin.ts'

const ROUNDS = 5
const SECONDS = 3
const CONNECTIONS = 32

const walls = ['native', 'isolate', 'lane'] as const

/**
 * What a wall costs a web server. Each server and the load generator is a process of its own; the servers take
 * turns round by round, so that a slow moment of the machine hits all alike. Ratios are of medians.
 */
export async function http(): Promise<Record<string, unknown>> {
  const servers = await Promise.all(walls.map(startServer))
  const results = new Map<string, LoadResult[]>(walls.map((wall) => [wall, []]))
  try {
    const count = rounds(ROUNDS, 2)
    // The first round is not counted: each server has just started.
    for (let round = 0; round <= count; round++) {
      progress(`HTTP: round ${round} of ${count}`)
      for (const { wall, url } of servers) {
        const seconds = round === 0 ? 1 : SECONDS
        const result = await load({ url, body: orderJson, connections: CONNECTIONS, seconds })
        if (result.non2xx + result.errors > 0) {
          throw new Error(`${wall} failed ${result.non2xx + result.errors} requests`)
        }
        if (round > 0) results.get(wall)?.push(result)
      }
    }
  } finally {
    await Promise.all(servers.map(stopServer))
  }
  return figuresOf(results)
}

function figuresOf(results: ReadonlyMap<string, readonly LoadResult[]>): Record<string, unknown> {
  const rate = (wall: string) => median((results.get(wall) ?? []).map((r) => r.requestsPerS))
  const p99 = (wall: string) => median((results.get(wall) ?? []).map((r) => r.p99Ms))
  const addedUs = (wall: string) => rounded(1e6 / rate(wall) - 1e6 / rate('native'))
  return {
    http_vs_native: ratio(rate('lane'), rate('native')),
    http_vs_inthread_isolate: ratio(rate('lane'), rate('isolate')),
    http_inthread_vs_native: ratio(rate('isolate'), rate('native')),
    http_added_us_lane: addedUs('lane'),
    http_added_us_inthread: addedUs('isolate'),
    ...Object.fromEntries(
      walls.flatMap((wall) => [
        [`http_rps_${wall}`, Math.round(rate(wall))],
        [`http_p99_ms_${wall}`, p99(wall)],
        [`http_rps_rounds_${wall}`, (results.get(wall) ?? []).map((r) => r.requestsPerS)],
      ]),
    ),
  }
}

async function startServer(wall: string) {
  const child = fork(join(import.meta.dirname, 'http-process.ts'), [wall])
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(message as string))
    child.once('exit', (code) => reject(new Error(`the ${wall} server ended with ${code}`)))
  })
  return { wall, url, child }
}

async function stopServer({ child }: { readonly child: ChildProcess }): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.disconnect()
  await gone
}
