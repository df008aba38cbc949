import ivm from 'isolated-vm'
import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { best, median, ratio, rounded } from './figures.ts'
import { answer, usPerCall } from './must-answer.ts'
import { priceNatively } from './order-handler.ts'
import { orderCall, orderJson, priceHandler } from './order-plugin.ts'

const ROUNDS = 24
/** About 40 ms a window: long enough for its collections of garbage, short enough to lie between two disturbances. */
const CALLS = 3000

type Measure = () => Promise<number> | number

/**
 * One call, JSON text in and JSON text out: in the same thread without any wall, with an isolate as the only
 * wall, and in a lane with all that watches it. The ways take turns; of each the best round counts.
 */
export async function jsonCalls(): Promise<Record<string, unknown>> {
  const sandbox = await Sandbox.start({ lanes: 1 })
  const isolate = new ivm.Isolate({ memoryLimit: 64 })
  try {
    const lane = (operation: string, inFlight: number, calls: number): Measure => {
      const call = orderCall(operation, { deadlineMs: 10_000 })
      return () => usPerCall(calls, inFlight, () => answer(sandbox, call))
    }
    return await inTurns({
      native: nativeCalls(),
      inthread: inThreadCalls(isolate),
      lane_64: lane('price', 64, CALLS),
      lane_8: lane('price', 8, CALLS),
      lane_1: lane('price', 1, CALLS / 4),
      lane_async_64: lane('priceLater', 64, CALLS),
    })
  } finally {
    isolate.dispose()
    await sandbox.stop()
  }
}

async function inTurns(ways: Record<string, Measure>): Promise<Record<string, unknown>> {
  const seen: Record<string, number[]> = {}
  const count = rounds(ROUNDS, 4)
  for (let round = 0; round < count; round++) {
    if (round % 8 === 0) progress(`JSON calls: round ${round + 1} of ${count}`)
    for (const [name, measure] of Object.entries(ways)) {
      seen[name] ??= []
      seen[name].push(await measure())
    }
  }
  const of = (name: string) => seen[name] ?? []
  const versus = (name: string, base: string) => ratio(best(of(name)), best(of(base)))
  return {
    json_call_vs_inthread: versus('lane_64', 'inthread'),
    json_call_vs_inthread_medians: ratio(median(of('lane_64')), median(of('inthread'))),
    json_call_vs_inthread_8: versus('lane_8', 'inthread'),
    json_call_vs_inthread_1: versus('lane_1', 'inthread'),
    json_call_vs_native: versus('lane_64', 'native'),
    ...Object.fromEntries(
      Object.entries(seen).map(([name, us]) => [`json_call_us_${name}`, rounded(best(us))]),
    ),
  }
}

function nativeCalls(): Measure {
  return () => {
    let length = 0
    const started = performance.now()
    for (let n = 0; n < CALLS * 10; n++) length += priceNatively(orderJson).length
    if (length === 0) throw new Error('Nothing was computed')
    return ((performance.now() - started) * 1000) / (CALLS * 10)
  }
}

/** What isolated-vm costs by itself: one entry under a time limit, text in and out, nobody who watches it. */
function inThreadCalls(isolate: ivm.Isolate): Measure {
  const context = isolate.createContextSync()
  const source = `(text) => JSON.stringify((${priceHandler})(JSON.parse(text)))`
  const handler = context.evalSync(source, { reference: true })
  return () => {
    const started = performance.now()
    for (let n = 0; n < CALLS; n++) handler.applySync(undefined, [orderJson], { timeout: 200 })
    return ((performance.now() - started) * 1000) / CALLS
  }
}
