import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { getQuickJS, shouldInterruptAfterDeadline } from 'quickjs-emscripten'
import { progress, rounds } from './effort.ts'
import { best, rounded } from './figures.ts'
import { usPerCall } from './must-answer.ts'
import { orderJson, priceHandler } from './order-plugin.ts'

const ROUNDS = 10
const CALLS = 2000

type Send = (json: string) => Promise<unknown>

/** What else one could put between host and plugin, on the same call. Only QuickJS bounds what a guest may do. */
export async function otherWalls(): Promise<Record<string, unknown>> {
  progress('other walls: Piscina, fork, QuickJS')
  return {
    ...(await piscinaCalls()),
    ...(await forkCalls('json')),
    ...(await forkCalls('advanced')),
    ...(await quickJsCalls()),
  }
}

async function piscinaCalls(): Promise<Record<string, unknown>> {
  const pool = new Piscina({
    filename: join(import.meta.dirname, 'echo-worker.ts'),
    name: 'echo',
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // More at once than Piscina's default of one: without it 64 in flight are no quicker than one.
    concurrentTasksPerWorker: 64,
  })
  try {
    return await waysToSend('piscina', (json) => pool.run(json))
  } finally {
    await pool.destroy()
  }
}

async function forkCalls(serialization: 'json' | 'advanced'): Promise<Record<string, unknown>> {
  const child = fork(join(import.meta.dirname, 'echo-process.ts'), { serialization })
  try {
    return await waysToSend(`fork_${serialization}`, await channelTo(child))
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    await gone
  }
}

async function channelTo(child: ChildProcess): Promise<Send> {
  const waiting = new Map<number, (json: string) => void>()
  let lastId = 0
  const ready = new Promise<string>((resolve) => waiting.set(0, resolve))
  child.on('message', ({ id, json }: { readonly id: number; readonly json: string }) => {
    waiting.get(id)?.(json)
    waiting.delete(id)
  })
  await ready
  return (json) =>
    new Promise((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve)
      child.send({ id, json })
    })
}

async function waysToSend(name: string, send: Send): Promise<Record<string, unknown>> {
  const ways = { noop_1: ['', 1], row_1: [orderJson, 1], row_64: [orderJson, 64] } as const
  const figures: Record<string, unknown> = {}
  for (const [way, [json, inFlight]] of Object.entries(ways)) {
    const seen: number[] = []
    for (let round = 0; round < rounds(ROUNDS, 3); round++) {
      seen.push(await usPerCall(CALLS, inFlight, () => send(json)))
    }
    figures[`${name}_us_${way}`] = rounded(best(seen))
  }
  return figures
}

/** An engine compiled to WebAssembly, in the same thread, with its limits on. */
async function quickJsCalls(): Promise<Record<string, unknown>> {
  const quickJs = await getQuickJS()
  const runtime = quickJs.newRuntime({ memoryLimitBytes: 64 * 1024 * 1024 })
  const context = runtime.newContext()
  const source = `((text) => JSON.stringify((${priceHandler})(JSON.parse(text))))`
  const handler = context.unwrapResult(context.evalCode(source))
  const seen: number[] = []
  for (let round = 0; round < rounds(ROUNDS, 3); round++) {
    const started = performance.now()
    for (let n = 0; n < CALLS; n++) {
      runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + 200))
      const text = context.newString(orderJson)
      const answer = context.unwrapResult(context.callFunction(handler, context.undefined, text))
      if (context.getString(answer) === '') throw new Error('Nothing was computed')
      answer.dispose()
      text.dispose()
    }
    seen.push(((performance.now() - started) * 1000) / CALLS)
  }
  handler.dispose()
  context.dispose()
  runtime.dispose()
  return { quickjs_us_row_1: rounded(best(seen)) }
}
