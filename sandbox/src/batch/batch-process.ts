import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Duplex, Readable } from 'node:stream'
import { laneEnvironment } from '../lane/lane-flags.ts'
import type { KillReason, LaneExit } from '../lane/lane-process.ts'
import { type Frame, FrameReader, FrameWriter } from '../lane/wire/frame.ts'
import { residentMb } from '../process/resident-mb.ts'
import { batchFlags, batchMainPath } from './batch-flags.ts'
import type { BatchLimits } from './batch-limits.ts'
import { BEGIN_FD } from './wire.ts'

/** A bundle of 2 MiB as JSON never needs more. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024
/** The kernel ends a batch process before anything else of the machine. */
const OOM_SCORE = '1000'
const STDERR_BYTES = 4096

export interface BatchProcessEvents {
  onFrame(frame: Frame): void
  /** A worker begins with the morsel: see beginPhases. */
  onBegin(morsel: number, phase: number): void
  onExit(exit: LaneExit): void
}

/** One batch process as the host sees it: frames out and in, how much memory, and the axe. Knows no batches. */
export class BatchProcess {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #socket: Duplex
  readonly #events: BatchProcessEvents
  readonly #out = new FrameWriter()
  #isGone = false
  #killedFor: KillReason | null = null
  #stderr = ''

  /** @param fd of the file that data goes through; the process gets its own descriptor of it. */
  constructor(limits: BatchLimits, fd: number, events: BatchProcessEvents) {
    this.#events = events
    const args = [process.pid, MAX_FRAME_BYTES, limits.threads].map(String)
    this.#child = spawn(
      process.execPath,
      [...batchFlags(limits.useNodeSnapshot), batchMainPath, ...args],
      { cwd: '/', env: laneEnvironment, stdio: ['ignore', 'ignore', 'pipe', 'pipe', fd, 'pipe'] },
    )
    this.pid = this.#child.pid ?? 0
    this.#socket = this.#child.stdio[3] as Duplex
    this.#listen()
    if (this.pid !== 0) this.#yieldToHost(limits.niceness)
  }

  send(kind: number, id: number, number: number, text: string, payload: string): void {
    if (this.#isGone) return
    this.#out.add(kind, id, number, 0, text, payload)
    this.#socket.write(Buffer.from(this.#out.view()))
    this.#out.clear()
  }

  residentMb(): number {
    return this.#isGone ? 0 : residentMb(this.pid)
  }

  kill(reason: KillReason): void {
    if (this.#isGone || this.#killedFor !== null) return
    this.#killedFor = reason
    this.#child.kill('SIGKILL')
  }

  #listen(): void {
    const reader = new FrameReader((frame) => this.#events.onFrame(frame), MAX_FRAME_BYTES)
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        // As in a lane: whatever the host stumbles over costs the process, and never the host.
        this.#stderr = `${error instanceof Error ? error.stack : error}`.slice(0, STDERR_BYTES)
        this.kill('protocol')
      }
    })
    // A write to a process that has just ended fails; its end is told by 'close'.
    this.#socket.on('error', () => undefined)
    this.#listenForBegins(this.#child.stdio.at(BEGIN_FD) as Readable)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_BYTES)
    })
    this.#child.on('error', (error) => this.#gone(null, null, error.message))
    this.#child.on('close', (exitCode, signal) => this.#gone(exitCode, signal, this.#stderr))
  }

  #listenForBegins(begins: Readable): void {
    let rest = Buffer.alloc(0)
    begins.on('error', () => undefined)
    begins.on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      for (; at + 8 <= bytes.length; at += 8) {
        this.#events.onBegin(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4))
      }
      rest = Buffer.from(bytes.subarray(at))
    })
  }

  #gone(exitCode: number | null, signal: string | null, stderr: string): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#events.onExit({ killedFor: this.#killedFor, exitCode, signal, stderr })
  }

  /** Both are favours to the host that a system may refuse. */
  #yieldToHost(niceness: number): void {
    try {
      setPriority(this.pid, niceness)
      writeFileSync(`/proc/${this.pid}/oom_score_adj`, OOM_SCORE)
    } catch {
      // Not Linux, or the process has ended already.
    }
  }
}
