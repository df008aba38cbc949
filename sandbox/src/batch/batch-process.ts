import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { FrameWriter } from '../lane/wire/frame.ts'
import { GuestProcess, type GuestProcessEvents, type KillReason } from '../process/guest-process.ts'
import { guestProcessFlags, mainProgram } from '../process/guest-process-flags.ts'
import { plainProgram } from '../process/plain/plain-program.ts'
import type { BatchLimits } from './batch-limits.ts'
import { BEGIN_FD } from './wire.ts'

const source = mainProgram('batch', 'child', 'batch-main.ts')
/** A bundle of 2 MiB as JSON never needs more. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024

export interface BatchProcessEvents extends GuestProcessEvents {
  /** A worker begins with the morsel: see beginPhases. */
  onBegin(morsel: number, phase: number): void
}

/** One batch process: what is sent to it leaves at once, and its workers tell what they begin. Knows no batches. */
export class BatchProcess {
  readonly #process: GuestProcess
  readonly #events: BatchProcessEvents
  readonly #out = new FrameWriter()

  /** @param fd of the file that data goes through; the process gets its own descriptor of it. */
  constructor(limits: BatchLimits, fd: number, events: BatchProcessEvents) {
    this.#events = events
    const { main, folder } = plainProgram(source)
    const args = [
      ...guestProcessFlags(limits.useNodeSnapshot, [folder, ...importedBeside()]),
      main,
      ...[process.pid, MAX_FRAME_BYTES, limits.threads].map(String),
    ]
    const program = { args, beyondSocket: [fd, 'pipe'], maxFrameBytes: MAX_FRAME_BYTES } as const
    this.#process = new GuestProcess(program, events)
    this.#listenForBegins(this.#process.pipe(BEGIN_FD))
    if (this.pid !== 0) this.#process.yieldToHost(limits.niceness)
  }

  get pid(): number {
    return this.#process.pid
  }

  send(kind: number, id: number, number: number, text: string, payload: string): void {
    if (this.#process.isGone) return
    this.#out.add(kind, id, number, 0, text, payload)
    this.#process.write([Buffer.from(this.#out.view())])
    this.#out.clear()
  }

  residentMb(): number {
    return this.#process.residentMb()
  }

  kill(reason: KillReason): void {
    this.#process.kill(reason)
  }

  #listenForBegins(begins: Readable | undefined): void {
    let rest = Buffer.alloc(0)
    begins?.on('error', () => undefined)
    begins?.on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      for (; at + 8 <= bytes.length; at += 8) {
        this.#events.onBegin(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4))
      }
      rest = Buffer.from(bytes.subarray(at))
    })
  }
}

/** Piscina, the SDK, and the link by which the SDK is found. */
function importedBeside(): readonly string[] {
  const require = createRequire(import.meta.url)
  const sdk = dirname(dirname(realpathSync(require.resolve('@signalbox/sdk'))))
  const modules = dirname(dirname(dirname(realpathSync(require.resolve('isolated-vm')))))
  return [
    // Its program lies in a folder of the package.
    realpathSync(dirname(dirname(require.resolve('piscina')))),
    join(sdk, 'src'),
    join(sdk, 'package.json'),
    join(modules, 'node_modules', '@signalbox'),
  ]
}
