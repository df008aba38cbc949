import { Worker } from 'node:worker_threads'

/** Slots of the memory that the main thread and its watcher share. */
const FRAME = 0
const LAST = 1
const PARK = 2

/**
 * The watcher thread. It does what the main thread cannot while a guest holds it inside one endless
 * built-in, where isolated-vm's limit does not reach:
 * - it kills the process when the host is gone (the parent's pid changes), so that no lane outlives its host;
 * - it reports on descriptor 4 which frames have held the thread for a while (the first and the last of those in
 *   one entry), so that the host blames the right call although the answers of those before may be unsent.
 *
 * Plain JavaScript, as text: a worker cannot be made from a TypeScript source without loading the compiler
 * into its small heap.
 */
const watcherSource = `
const { writeSync } = require('node:fs')
const { workerData: { shared, hostPid, busyMs, idleMs } } = require('node:worker_threads')
const record = new Uint32Array(2)
let seen = 0, reported = 0, ticks = 0
for (;;) {
  const frame = Atomics.load(shared, ${FRAME})
  if (frame !== 0 && frame === seen && frame !== reported) {
    reported = record[0] = frame
    record[1] = Atomics.load(shared, ${LAST})
    try { writeSync(4, record) } catch {}
  }
  seen = frame
  if (++ticks % 8 === 0 && process.ppid !== hostPid) process.kill(process.pid, 'SIGKILL')
  Atomics.wait(shared, ${PARK}, 0, frame === 0 ? idleMs : busyMs)
}`

/** Sampling costs some 50 µs: half a percent of a core while guests run, and less in a lane at rest. */
const BUSY_MS = 10
const IDLE_MS = 25

export interface SelfWatch {
  /** Says which frames are being worked off: stores into shared memory, no system call. */
  enter(first: number, last: number): void
  leave(): void
}

export function startSelfWatch(hostPid: number): SelfWatch {
  const shared = new Int32Array(new SharedArrayBuffer(12))
  const watcher = new Worker(watcherSource, {
    eval: true,
    env: {},
    workerData: { shared, hostPid, busyMs: BUSY_MS, idleMs: IDLE_MS },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
  watcher.unref()
  return {
    enter: (first, last) => {
      Atomics.store(shared, LAST, last)
      Atomics.store(shared, FRAME, first)
    },
    leave: () => Atomics.store(shared, FRAME, 0),
  }
}
