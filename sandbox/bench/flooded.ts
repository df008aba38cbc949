import { setTimeout as delay } from 'node:timers/promises'
import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, median, percentile, ratio } from './figures.ts'
import { lanesUp } from './lanes-up.ts'
import { answer } from './must-answer.ts'
import { orderCall } from './order-plugin.ts'

const LANES = 2
const ROUNDS = 2
const SECONDS = 5
/** The flooder: so many jobs outstanding at any time, each this long. */
const JOBS = 200
const JOB_MS = 20
/** The quiet tenant: one call of this length, this often, whether or not the one before is over. */
const CALL_MS = 1
const EVERY_MS = 25

/** What a tenant feels of another one that has far more work than the lanes can do. */
export async function flooded(): Promise<Record<string, unknown>> {
  const sandbox = await Sandbox.start({ lanes: LANES })
  try {
    await lanesUp(sandbox, LANES + 1)
    const stepsPerMs = await calibrate(sandbox)
    const alone: number[] = []
    const beside: number[] = []
    const jobs: number[] = []
    const count = rounds(ROUNDS)
    for (let round = 0; round < count; round++) {
      progress(`flooded: round ${round + 1} of ${count}`)
      alone.push(...(await quietTenant(sandbox, stepsPerMs)))
      const flood = new Flood(sandbox, stepsPerMs)
      beside.push(...(await quietTenant(sandbox, stepsPerMs)))
      jobs.push(await flood.stop())
    }
    return {
      flooded_p99_vs_alone: ratio(percentile(beside, 0.99), percentile(alone, 0.99)),
      flooded_p50_vs_alone: ratio(median(beside), median(alone)),
      flooded_alone_ms: distribution(alone),
      flooded_beside_ms: distribution(beside),
      flooded_jobs: jobs,
    }
  } finally {
    await sandbox.stop()
  }
}

/** Steps a lane does in a millisecond of CPU, once its code is compiled: the loop's length is then a time. */
async function calibrate(sandbox: Sandbox): Promise<number> {
  const steps = 1_000_000
  const rates: number[] = []
  for (let call = 0; call < 9; call++) {
    const outcome = await answer(sandbox, work(steps, 'calibration'))
    rates.push(steps / outcome.cpuMs)
  }
  return median(rates)
}

function work(steps: number, tenant: string) {
  const inputJson = JSON.stringify({ steps: Math.round(steps) })
  return orderCall('work', { tenant, inputJson, deadlineMs: 30_000 })
}

/** @returns how long each of its calls took, in milliseconds. */
async function quietTenant(sandbox: Sandbox, stepsPerMs: number): Promise<number[]> {
  const call = work(stepsPerMs * CALL_MS, 'quiet')
  const took: number[] = []
  const calls: Promise<void>[] = []
  const started = performance.now()
  const count = rounds((SECONDS * 1000) / EVERY_MS, 20)
  for (let n = 0; n < count; n++) {
    await delay(Math.max(0, started + n * EVERY_MS - performance.now()))
    const askedAt = performance.now()
    calls.push(answer(sandbox, call).then(() => void took.push(performance.now() - askedAt)))
  }
  await Promise.all(calls)
  return took
}

class Flood {
  #jobs = 0
  #isOver = false
  readonly #callers: Promise<void>[]

  constructor(sandbox: Sandbox, stepsPerMs: number) {
    const job = work(stepsPerMs * JOB_MS, 'flooder')
    this.#callers = Array.from({ length: JOBS }, async () => {
      while (!this.#isOver) {
        await answer(sandbox, job)
        this.#jobs++
      }
    })
  }

  /** @returns jobs that were done while it went on. */
  async stop(): Promise<number> {
    this.#isOver = true
    const jobs = this.#jobs
    await Promise.all(this.#callers)
    return jobs
  }
}
