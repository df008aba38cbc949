import { Sandbox } from '../../src/index.ts'
import { bundle, guestCall, stuck } from '../guest-fixture.ts'
import { until } from '../until.ts'

/** A host with a lane in an endless built-in; says the pids of its lanes and waits to be killed. */
const sandbox = await Sandbox.start({ lanes: 1 })
await until(() => sandbox.stats().lanes.every(({ mode }) => mode === 'serving'))
const source = bundle(`run: () => ${stuck}`)
const limits = { heapMb: 256, turnMs: 2000 }
void sandbox.call(guestCall(source, { limits, deadlineMs: 60_000 }))
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(sandbox.stats().lanes.map(({ pid }) => pid))}\n`)
}, 100)
