import { readSync, writeSync } from 'node:fs'
import { beginTurns } from '../../process/turn-cpu.ts'
import { FrameReader, FrameWriter } from '../wire/frame.ts'
import { fromLane, toLane } from '../wire/messages.ts'
import { prepareBootstrap } from './guest-bootstrap.ts'
import { GuestLane } from './guest-lane.ts'
import { rehearse } from './rehearsal.ts'
import { startSelfWatch } from './self-watch.ts'

/**
 * Main program of a lane process: reads frames from descriptor 3, works them off, writes the answers back.
 * Reads block on purpose: there is nothing else to do, and a blocking read is the shortest way from the
 * host's write to the guest's turn. Arguments: pid of the host, largest frame in bytes,
 * and `open` when guests are to keep what the bootstrap takes from them (tests and benches only).
 */
const SOCKET = 3
const INBOX_BYTES = 256 * 1024
/** Answers wait at most this long behind other turns, so that a slow neighbour does not hold them back. */
const MAX_UNSENT_MS = 2

/** Answers that are sent together. While the host takes them in, the lane works on the next: both cores are busy. */
const MAX_UNSENT_FRAMES = 16

/** A turn of the event loop costs as much as a brief call alone in its batch. */
const READS_PER_LOOP = 64

const [hostPid, maxFrameBytes] = process.argv.slice(2).map(Number) as [number, number]
const inbox = Buffer.allocUnsafeSlow(INBOX_BYTES)
const out = new FrameWriter()
const watch = startSelfWatch(hostPid)
const lane = new GuestLane(out, prepareBootstrap(process.argv[4] !== 'open'), watch)
let frames = 0
let sentFrames = 0
let now = Date.now()
let unsentSince = now

const reader = new FrameReader((frame) => {
  frames++
  lane.handle(frame, frames, now)
  now = Date.now()
  // A load is told apart from the call behind it, so that the right one is blamed.
  const isDue = frames - sentFrames >= MAX_UNSENT_FRAMES || frame.kind === toLane.load
  if (isDue || now - unsentSince >= MAX_UNSENT_MS) flush()
}, maxFrameBytes)

function flush(): void {
  lane.finish()
  watch.leave()
  out.add(fromLane.done, frames, 0, 0, '', '')
  const bytes = out.view()
  let sent = 0
  while (sent < bytes.length) sent += writeSync(SOCKET, bytes, sent)
  out.clear()
  sentFrames = frames
  unsentSince = now
}

function pump(): void {
  let reads = 0
  do {
    const length = readSync(SOCKET, inbox)
    // End of file: the host closed the socket or is gone.
    if (length === 0) process.exit(0)
    now = Date.now()
    unsentSince = now
    beginTurns()
    reader.push(inbox.subarray(0, length))
    if (sentFrames !== frames) flush()
  } while (!lane.takeDisposed() && ++reads < READS_PER_LOOP)
  // isolated-vm frees the handles of dropped isolates on the event loop, and V8 has chores for it now and then.
  setImmediate(pump)
}

if (process.ppid !== hostPid) process.exit(0)
rehearse(lane)
out.clear()
lane.prepare()
flush()
// The isolate of the rehearsal is freed on the event loop (3 to 4 ms): not between the first load and its call.
lane.takeDisposed()
setImmediate(pump)
