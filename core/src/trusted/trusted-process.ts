import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type Frame,
  FrameWriter,
  GuestProcess,
  type KillReason,
  type ProcessExit,
  plainProgram,
  toLane,
} from '@signalbox/sandbox/supervision'
import { MAX_FRAME_BYTES, type OpenRequest, toTrusted } from './child/trusted-wire.ts'

const source = realpathSync(fileURLToPath(new URL('./child/trusted-main.ts', import.meta.url)))
/** Ended before the host and PostgreSQL when memory is short, and after the lanes. */
const OOM_SCORE = 700
/** Node itself, its threads, native modules and buffers: all that is no heap of the plugin's. */
const BESIDE_HEAP_MB = 192
/** The process is slower than its callers: what waits is not written into its socket as well. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024

export interface TrustedProgram {
  /** The verified folder of the version; the process works in it. */
  readonly folder: string
  /** Absolute path of the bundle. */
  readonly entry: string
  readonly heapMb: number
  readonly maxOutputLength: number
}

interface Events {
  onFrame(frame: Frame): void
  onExit(exit: ProcessExit): void
}

/** One trusted process: frames out and in. Its socket is a pair without a name, so nobody else can connect to it. */
export class TrustedProcess {
  readonly residentCapMb: number
  readonly #process: GuestProcess
  readonly #out = new FrameWriter()

  constructor({ folder, entry, heapMb, maxOutputLength }: TrustedProgram, events: Events) {
    this.residentCapMb = heapMb + BESIDE_HEAP_MB
    const args = [
      '--no-warnings',
      `--max-old-space-size=${heapMb}`,
      plainProgram(source).main,
      String(process.pid),
    ]
    const program = { args, beyondSocket: [], maxFrameBytes: MAX_FRAME_BYTES, cwd: folder }
    this.#process = new GuestProcess({ ...program, oomScore: OOM_SCORE }, events)
    const request: OpenRequest = { entry, maxOutputLength }
    this.send(toTrusted.open, 0, 0, JSON.stringify(request), '')
  }

  get pid(): number {
    return this.#process.pid
  }

  get hasRoom(): boolean {
    const socket = this.#process.pipe(3) as { readonly writableLength?: number } | undefined
    return (socket?.writableLength ?? 0) < MAX_UNSENT_BYTES
  }

  send(kind: number, id: number, number: number, text: string, payload: string): void {
    this.#out.add(kind, id, number, Date.now(), text, payload)
    this.#process.write([Buffer.from(this.#out.view())])
    this.#out.clear()
  }

  ping(number: number): void {
    this.send(toLane.ping, 0, number, '', '')
  }

  residentMb(): number {
    return this.#process.residentMb()
  }

  kill(reason: KillReason): void {
    this.#process.kill(reason)
  }
}
