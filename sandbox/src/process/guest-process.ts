import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Duplex, Readable } from 'node:stream'
import { type Frame, FrameReader } from '../lane/wire/frame.ts'
import { guestEnvironment } from './guest-process-flags.ts'
import { residentMb } from './resident-mb.ts'

/** Where frames travel; what a program has beyond it are pipes or files of its own. */
const SOCKET_FD = 3
/** The kernel ends a guest's process before anything else of the machine. */
const OOM_SCORE = 1000
/** Enough for V8's last words; such a process writes nothing else there. */
const STDERR_BYTES = 4096

/** Why the host ended a process; null when it ended by itself or was killed from outside. */
export type KillReason =
  | 'turn-timeout'
  | 'memory'
  | 'protocol'
  | 'unresponsive'
  | 'retired'
  | 'stopped'

export interface ProcessExit {
  readonly killedFor: KillReason | null
  readonly signal: string | null
  readonly exitCode: number | null
  readonly stderr: string
}

export interface GuestProgram {
  /** Flags, main program and its arguments. */
  readonly args: readonly string[]
  /** What stands on the descriptors behind the socket's. */
  readonly beyondSocket: readonly ('pipe' | number)[]
  readonly maxFrameBytes: number
  /** Default: the root, which holds nothing of a guest. */
  readonly cwd?: string
  /** When memory is short the kernel ends the highest first, up to 1000, the default. */
  readonly oomScore?: number
}

export interface GuestProcessEvents {
  onFrame(frame: Frame): void
  onExit(exit: ProcessExit): void
}

/** A process that runs guests, as the host sees it: frames out and in, how much memory, and the axe. */
export class GuestProcess {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #socket: Duplex | undefined
  readonly #events: GuestProcessEvents
  #isGone = false
  #killedFor: KillReason | null = null
  #stderr = ''

  constructor(program: GuestProgram, events: GuestProcessEvents) {
    this.#events = events
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'pipe', ...program.beyondSocket]
    const { args, cwd = '/', oomScore = OOM_SCORE } = program
    this.#child = spawn(process.execPath, args, { cwd, env: guestEnvironment, stdio })
    this.pid = this.#child.pid ?? 0
    this.#socket = this.pipe(SOCKET_FD) as Duplex | undefined
    this.#listen(program.maxFrameBytes)
    if (this.pid !== 0)
      favour(() => writeFileSync(`/proc/${this.pid}/oom_score_adj`, `${oomScore}`))
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** The host's end. A machine without descriptors to spare gives a child none at all; its end follows. */
  pipe(fd: number): Readable | undefined {
    return (this.#child.stdio ?? [])[fd] as Readable | undefined
  }

  /** Sends the parts together; they must stay as they are. */
  write(parts: readonly Uint8Array[]): void {
    if (this.#isGone || this.#socket === undefined) return
    this.#socket.cork()
    for (const part of parts) this.#socket.write(part)
    this.#socket.uncork()
  }

  /** Resident memory; 0 where the system does not tell, then only heap limits hold. */
  residentMb(): number {
    return this.#isGone ? 0 : residentMb(this.pid)
  }

  kill(reason: KillReason): void {
    if (this.#isGone || this.#killedFor !== null) return
    this.#killedFor = reason
    this.#child.kill('SIGKILL')
  }

  /** From now on the host goes first. @param niceness 0 to 19 */
  yieldToHost(niceness: number): void {
    favour(() => setPriority(this.pid, niceness))
  }

  #listen(maxFrameBytes: number): void {
    const reader = new FrameReader((frame) => this.#events.onFrame(frame), maxFrameBytes)
    this.#socket?.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        // Bytes that are no frames, or a frame that the host's own code stumbles over: it costs the process, and
        // never the host.
        this.#stderr = `${error instanceof Error ? error.stack : error}`.slice(0, STDERR_BYTES)
        this.kill('protocol')
      }
    })
    // A write to a process that has just ended fails; its end is told by 'close'.
    this.#socket?.on('error', () => undefined)
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
}

/** What a system may refuse (not Linux, no right, the process has ended already): it does without. */
function favour(ask: () => void): void {
  try {
    ask()
  } catch {
    // Asked in vain.
  }
}
