import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { type Frame, FrameReader, FrameWriter } from '../../lane/wire/frame.ts'
import { type BundleRequest, fromBatch, type MorselRequest, SOCKET_FD, toBatch } from '../wire.ts'
import type { WorkerAnswer, WorkerTask } from './batch-worker.ts'

/**
 * Main program of a batch process: hands morsels to the workers of a Piscina pool and their reports to the host.
 * No guest runs in this thread, so it answers whatever the workers are stuck in. The host sends no more morsels than there
 * are workers; the pool's own queue stays empty, and nothing is ever aborted: a stuck worker costs the process.
 * Arguments: pid of the host, largest frame in bytes, threads.
 */
const [hostPid, maxFrameBytes, threads] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
]
/** A worker's own heap holds tasks and the bundle's text; guests have heaps of their own. */
const WORKER_HEAP_MB = 64

const bundles = new Map<number, { request: BundleRequest; source: SharedArrayBuffer }>()
const socket = new Socket({ fd: SOCKET_FD, readable: true, writable: true })
const out = new FrameWriter()
const pool = new Piscina<WorkerTask | null, WorkerAnswer | null>({
  filename: fileURLToPath(new URL('./batch-worker.ts', import.meta.url)),
  name: 'runMorsel',
  minThreads: threads,
  maxThreads: threads,
  idleTimeout: Number.POSITIVE_INFINITY,
  concurrentTasksPerWorker: 1,
  env: {},
  recordTiming: false,
  resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
})

const reader = new FrameReader((frame) => handle(frame), maxFrameBytes)

function handle(frame: Frame): void {
  switch (frame.kind) {
    case toBatch.bundle:
      bundles.set(frame.id, {
        request: JSON.parse(frame.text) as BundleRequest,
        source: shared(frame.payload),
      })
      break
    case toBatch.forget:
      bundles.delete(frame.id)
      break
    case toBatch.morsel:
      void run(frame.id, frame.number, JSON.parse(frame.text) as MorselRequest)
      break
    default:
      send(fromBatch.pong, 0, 0, '')
  }
}

async function run(id: number, bundle: number, morsel: MorselRequest): Promise<void> {
  const known = bundles.get(bundle)
  // The host names only what it sent: anything else is a defect, and the host sees this process end.
  if (known === undefined) end()
  const answer = await pool.run({ bundle: known.request, source: known.source, morsel })
  if (answer !== null) send(fromBatch.report, id, answer.cpuUs, JSON.stringify(answer.report))
}

function shared(text: string): SharedArrayBuffer {
  const source = new SharedArrayBuffer(Buffer.byteLength(text))
  Buffer.from(source).write(text)
  return source
}

function send(kind: number, id: number, number: number, text: string): void {
  out.add(kind, id, number, 0, text, '')
  socket.write(Buffer.from(out.view()))
  out.clear()
}

/** Not `process.exit`, which waits for workers, and one may be stuck for good. */
function end(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}

process.on('unhandledRejection', end)
socket.on('data', (chunk: Buffer) => reader.push(chunk))
// The host closed the socket or is gone.
socket.on('end', end)
socket.on('error', end)
if (process.ppid !== hostPid) end()
// As many at once as there are workers: each gets one, when it has loaded what it needs.
await Promise.all(Array.from({ length: threads }, () => pool.run(null)))
send(fromBatch.ready, 0, 0, '')
