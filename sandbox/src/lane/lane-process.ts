import { GuestProcess, type GuestProcessEvents, type KillReason } from '../process/guest-process.ts'
import { guestProcessFlags, mainProgram } from '../process/guest-process-flags.ts'
import { plainProgram } from '../process/plain/plain-program.ts'
import { threadCpuMs } from '../process/thread-cpu-ms.ts'
import { FrameWriter } from './wire/frame.ts'

const source = mainProgram('lane', 'child', 'lane-main.ts')
/** A result of 8 MiB in UTF-8 at its worst, and room for its frame. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024
/** Where the watcher reports, by two numbers of frames. */
const WATCHER_FD = 4
const LONG_TURN_BYTES = 8

export interface LaneProcessOptions {
  /** See guestProcessFlags. */
  readonly useNodeSnapshot: boolean
  /** 0 to 19: when a core is short, the host (0) is served before a lane. */
  readonly niceness: number
  /**
   * False leaves guests what the bootstrap takes from them, so that nothing but the supervisor holds them.
   * For tests and benches only, which prove that it does: a host never sets it.
   */
  readonly hardenGuests: boolean
}

export interface LaneProcessEvents extends GuestProcessEvents {
  /** The frames with these numbers have held the lane for some milliseconds: one, or several in one entry. */
  onLongTurn(first: number, last: number): void
}

/** One lane process: numbers what is sent to it, sends it together, and hears its watcher. Knows no calls. */
export class LaneProcess {
  readonly #process: GuestProcess
  readonly #out = new FrameWriter()
  #sent = 0
  #isFlushPlanned = false

  constructor(options: LaneProcessOptions, events: LaneProcessEvents) {
    const { main, folder } = plainProgram(source)
    const args = [
      ...guestProcessFlags(options.useNodeSnapshot, [folder]),
      main,
      String(process.pid),
      String(MAX_FRAME_BYTES),
      options.hardenGuests ? 'hardened' : 'open',
    ]
    const program = { args, beyondSocket: ['pipe'], maxFrameBytes: MAX_FRAME_BYTES } as const
    this.#process = new GuestProcess(program, events)
    const longTurns = this.#process.pipe(WATCHER_FD)
    longTurns?.on('error', () => undefined)
    longTurns?.on('data', (chunk: Buffer) => {
      const at = chunk.length - LONG_TURN_BYTES
      if (at >= 0) events.onLongTurn(chunk.readUInt32LE(at), chunk.readUInt32LE(at + 4))
    })
  }

  get pid(): number {
    return this.#process.pid
  }

  /**
   * @param at the clock of the guest in the turn that the frame starts.
   * @returns the number of the frame: how many were sent up to and with it.
   */
  send(
    kind: number,
    id: number,
    number: number,
    at: number,
    text: string,
    payload: string,
  ): number {
    if (!this.#process.isGone) this.#out.add(kind, id, number, at, text, payload)
    return this.#count()
  }

  /** The same for a kind that carries bytes: `parts` one after the other. They are not copied. */
  sendBytes(
    kind: number,
    id: number,
    at: number,
    text: string,
    parts: readonly Uint8Array[],
  ): number {
    if (!this.#process.isGone) {
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      this.#out.announce(kind, id, at, text, length)
      this.#flush(parts)
    }
    return ++this.#sent
  }

  #count(): number {
    this.#sent++
    if (!this.#isFlushPlanned && !this.#process.isGone) {
      this.#isFlushPlanned = true
      setImmediate(() => {
        this.#isFlushPlanned = false
        this.#flush([])
      })
    }
    return this.#sent
  }

  residentMb(): number {
    return this.#process.residentMb()
  }

  /** CPU of the thread that guests run in; undefined where the system does not tell. */
  cpuMs(): number | undefined {
    return threadCpuMs(this.pid)
  }

  kill(reason: KillReason): void {
    this.#process.kill(reason)
  }

  /** While a lane starts it does not yield: somebody may wait for it. */
  yieldToHost(niceness: number): void {
    this.#process.yieldToHost(niceness)
  }

  #flush(behind: readonly Uint8Array[]): void {
    if (this.#process.isGone || this.#out.length === 0) return
    this.#process.write([Buffer.from(this.#out.view()), ...behind])
    this.#out.clear()
  }
}
