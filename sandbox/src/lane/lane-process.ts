import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Duplex, Readable } from 'node:stream'
import { residentMb } from '../process/resident-mb.ts'
import { threadCpuMs } from '../process/thread-cpu-ms.ts'
import { laneEnvironment, laneFlags, laneMainPath } from './lane-flags.ts'
import { type Frame, FrameReader, FrameWriter } from './wire/frame.ts'

/** A result of 8 MiB in UTF-8 at its worst, and room for its frame. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024
/** The kernel ends a lane before anything else of the machine. */
const OOM_SCORE = '1000'
/** Enough for V8's last words; a lane writes nothing else there. */
const STDERR_BYTES = 4096
/** What a watcher reports: two numbers of frames. */
const LONG_TURN_BYTES = 8
/** Why the host ended a lane; null when it ended by itself or was killed from outside. */
export type KillReason =
  | 'turn-timeout'
  | 'memory'
  | 'protocol'
  | 'unresponsive'
  | 'retired'
  | 'stopped'

export interface LaneProcessOptions {
  /** See laneFlags. */
  readonly useNodeSnapshot: boolean
  /** 0 to 19: when a core is short, the host (0) is served before a lane. */
  readonly niceness: number
  /**
   * False leaves guests what the bootstrap takes from them, so that nothing but the supervisor holds them.
   * For tests and benches only, which prove that it does: a host never sets it.
   */
  readonly hardenGuests: boolean
}

export interface LaneExit {
  readonly killedFor: KillReason | null
  readonly signal: string | null
  readonly exitCode: number | null
  readonly stderr: string
}

export interface LaneProcessEvents {
  onFrame(frame: Frame): void
  /** The frames with these numbers have held the lane for some milliseconds: one, or several in one entry. */
  onLongTurn(first: number, last: number): void
  onExit(exit: LaneExit): void
}

/** One lane process as the host sees it: frames out and in, how much memory, and the axe. Knows no calls. */
export class LaneProcess {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #socket: Duplex | undefined
  readonly #events: LaneProcessEvents
  readonly #out = new FrameWriter()
  #sent = 0
  #isFlushPlanned = false
  #isGone = false
  #killedFor: KillReason | null = null
  #stderr = ''

  constructor(options: LaneProcessOptions, events: LaneProcessEvents) {
    this.#events = events
    const args = [
      ...laneFlags(options.useNodeSnapshot),
      laneMainPath,
      String(process.pid),
      String(MAX_FRAME_BYTES),
      options.hardenGuests ? 'hardened' : 'open',
    ]
    this.#child = spawn(process.execPath, args, {
      cwd: '/',
      env: laneEnvironment,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    })
    this.pid = this.#child.pid ?? 0
    // A machine without descriptors to spare gives a child no stdio at all; its end follows.
    const [, , , socket, longTurns] = this.#child.stdio ?? []
    this.#socket = socket as Duplex | undefined
    this.#listen(longTurns as Readable | undefined)
    if (this.pid !== 0) this.#firstToGo()
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
    if (!this.#isGone) this.#out.add(kind, id, number, at, text, payload)
    return this.#count()
  }

  /** The same for a kind that carries bytes: `parts` one after the other. */
  sendBytes(
    kind: number,
    id: number,
    at: number,
    text: string,
    parts: readonly Uint8Array[],
  ): number {
    if (!this.#isGone) this.#out.addBytes(kind, id, at, text, parts)
    return this.#count()
  }

  #count(): number {
    this.#sent++
    if (!this.#isFlushPlanned && !this.#isGone) {
      this.#isFlushPlanned = true
      setImmediate(() => this.#flush())
    }
    return this.#sent
  }

  /** Resident memory; 0 where the system does not tell, then only heap limits hold. */
  residentMb(): number {
    return this.#isGone ? 0 : residentMb(this.pid)
  }

  /** CPU of the thread that guests run in; undefined where the system does not tell. */
  cpuMs(): number | undefined {
    return threadCpuMs(this.pid)
  }

  kill(reason: KillReason): void {
    if (this.#isGone || this.#killedFor !== null) return
    this.#killedFor = reason
    this.#child.kill('SIGKILL')
  }

  #flush(): void {
    this.#isFlushPlanned = false
    if (!this.#isGone) this.#socket?.write(Buffer.from(this.#out.view()))
    this.#out.clear()
  }

  #listen(longTurns: Readable | undefined): void {
    const reader = new FrameReader((frame) => this.#events.onFrame(frame), MAX_FRAME_BYTES)
    this.#socket?.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        // Bytes that are no frames, or a frame that the host's own code stumbles over: it costs the lane, and
        // never the host.
        this.#stderr = `${error instanceof Error ? error.stack : error}`.slice(0, STDERR_BYTES)
        this.kill('protocol')
      }
    })
    // A write to a lane that has just ended fails; its end is told by 'close'.
    this.#socket?.on('error', () => undefined)
    longTurns?.on('error', () => undefined)
    longTurns?.on('data', (chunk: Buffer) => {
      const at = chunk.length - LONG_TURN_BYTES
      if (at >= 0) this.#events.onLongTurn(chunk.readUInt32LE(at), chunk.readUInt32LE(at + 4))
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_BYTES)
    })
    this.#child.on('error', (error) => this.#gone(null, null, error.message))
    // 'close' comes after the last byte of the sockets: answers sent before the end still count.
    this.#child.on('close', (exitCode, signal) => this.#gone(exitCode, signal, this.#stderr))
  }

  #gone(exitCode: number | null, signal: string | null, stderr: string): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#events.onExit({ killedFor: this.#killedFor, exitCode, signal, stderr })
  }

  /** From now on the host goes first. While a lane starts it does not: somebody may wait for it. */
  yieldToHost(niceness: number): void {
    favour(() => setPriority(this.pid, niceness))
  }

  #firstToGo(): void {
    favour(() => writeFileSync(`/proc/${this.pid}/oom_score_adj`, OOM_SCORE))
  }
}

/** What a system may refuse (not Linux, no right, the process has ended already): a lane without is still a lane. */
function favour(ask: () => void): void {
  try {
    ask()
  } catch {
    // Asked in vain.
  }
}
