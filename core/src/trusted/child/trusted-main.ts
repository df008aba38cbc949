import { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import {
  type Frame,
  FrameReader,
  FrameWriter,
  fromLane,
  ONLY_TOLD,
  startSelfWatch,
  toLane,
} from '@signalbox/sandbox/guest-side'
import { ServedCalls } from './served-calls.ts'
import { fromTrusted, MAX_FRAME_BYTES, type OpenRequest, toTrusted } from './trusted-wire.ts'

/**
 * Main program of a trusted process: loads one version's bundle and serves its calls, frame by frame, on descriptor
 * 3. Argument: pid of the host. The watcher thread ends the process when the host is gone, even out of an endless
 * loop; the end of the socket does it at once.
 */
const SOCKET = 3
const hostPid = Number(process.argv[2])
const socket = new Socket({ fd: SOCKET, readable: true, writable: true })
const out = new FrameWriter()
let calls: ServedCalls | undefined

if (process.ppid !== hostPid) process.exit(0)
startSelfWatch(hostPid)

function send(kind: number, id: number, number: number, text: string, payload: string): void {
  out.add(kind, id, number, 0, text, payload)
  socket.write(Buffer.from(out.view()))
  out.clear()
}

function sendBytes(kind: number, id: number, bytes: Uint8Array): void {
  out.announce(kind, id, 0, '', bytes.length)
  socket.write(Buffer.concat([out.view(), bytes]))
  out.clear()
}

async function open({ entry, maxOutputLength }: OpenRequest): Promise<void> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(entry).href)
    const plugin = module.default
    if (typeof plugin !== 'object' || plugin === null) {
      throw new Error('the bundle has no default export made by defineTrustedPlugin')
    }
    calls = new ServedCalls(plugin, maxOutputLength, { send, sendBytes })
    send(fromLane.done, 0, 0, '', '')
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    send(fromLane.loadFailed, 0, 0, 'threw', detail)
  }
}

function handle(frame: Frame): void {
  const { kind, id, number, text, payload } = frame
  if (kind === toTrusted.open) void open(JSON.parse(text) as OpenRequest)
  else if (kind === toLane.ping) send(fromTrusted.pong, 0, number, '', '')
  else if (kind === toLane.call) calls?.start(frame, false)
  else if (kind === toTrusted.callForBytes) calls?.start(frame, true)
  else if (kind === toTrusted.credit) calls?.credit(id, number)
  else if (kind === toLane.reply) calls?.reply(id, number, payload)
  else if (kind === toLane.replyError) calls?.replyError(id, number, text, payload)
  else if (kind === toLane.cancel && number === ONLY_TOLD) calls?.tell(id, text, payload)
  else if (kind === toLane.cancel) calls?.cancel(id, text, payload)
}

const levels = { trace: 'debug', debug: 'debug', log: 'info', info: 'info', warn: 'warn' } as const
for (const [name, level] of Object.entries({ ...levels, error: 'error' })) {
  Reflect.set(console, name, (...parts: unknown[]) => calls?.log(level, parts))
}

const reader = new FrameReader(handle, MAX_FRAME_BYTES)
socket.on('data', (chunk: Buffer) => reader.push(chunk))
socket.on('error', () => process.exit(0))
socket.on('close', () => process.exit(0))
