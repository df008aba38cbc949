import { BatchLanes } from '../../src/batch/batch-lanes.ts'
import { stuck } from '../guest-fixture.ts'
import { until } from '../until.ts'
import { batchOf, f64, udfBundle } from './batch-fixture.ts'

/** A host whose batch process has a thread in an endless built-in; says the pids and waits to be killed. */
const lanes = await BatchLanes.start({ threads: 1, hasStandby: false, morselMs: 60_000 })
const source = udfBundle(`run: scalar({ args: ['f64'], returns: 'f64' }, () => ${stuck})`)
void lanes.run(batchOf(source, [f64(1)], { heapMb: 256, deadlineMs: 60_000 }))
await until(() => lanes.stats().lanes.some(({ morsels }) => morsels > 0))
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(lanes.stats().lanes.map(({ pid }) => pid))}\n`)
}, 100)
