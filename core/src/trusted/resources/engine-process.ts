import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { residentMb } from '@signalbox/sandbox/supervision'

/**
 * Keeps an engine for as long as the host holds the other end of descriptor 3: whatever becomes of the host, the
 * kernel closes it, and the engine's whole process group is ended. A shell is the smallest thing that can do that
 * for a program that knows nothing of the host.
 */
const GUARD = `
"$@" 3<&- &
engine=$!
( read -r never <&3; kill -9 0 ) &
wait $engine
status=$?
kill -9 $!
exit $status`

const STDERR_BYTES = 2048

export interface EngineProgram {
  /** Program and arguments, absolute. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A resource's own program, as the host sees it. */
export class EngineProcess {
  readonly pid: number
  readonly gone: Promise<string>
  readonly #child: ChildProcess
  #stderr = ''
  #isGone = false

  constructor({ command, cwd, env }: EngineProgram) {
    this.#child = spawn('/bin/sh', ['-c', GUARD, 'engine', ...command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.pid = this.#child.pid ?? 0
    const held = this.#child.stdio?.[3] as Writable | undefined
    held?.on('error', () => undefined)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_BYTES)
    })
    this.gone = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#isGone = true
        resolve(`${reason} ${this.#stderr}`.trim())
      }
      this.#child.once('error', ({ message }) => end(message))
      this.#child.once('exit', (code, signal) => {
        // What the engine started itself, and the guard's own helper.
        this.#killGroup()
        end(signal ?? `exit code ${code}`)
      })
    })
  }

  /** Memory of the engine and all that it started, in MiB; 0 where the system does not tell. */
  residentMb(): number {
    return this.#isGone ? 0 : treeMb(this.pid)
  }

  /** SIGTERM first, so that an engine can write down what it holds; the group is ended with the guard. */
  async stop(graceMs: number): Promise<void> {
    // Its number may be another's by now.
    if (this.#isGone) return
    const late = setTimeout(() => this.kill(), graceMs)
    for (const child of childrenOf(this.pid)) signalTo(child, 'SIGTERM')
    await this.gone
    clearTimeout(late)
  }

  kill(): void {
    if (!this.#isGone) this.#killGroup()
  }

  #killGroup(): void {
    if (this.pid > 0) signalTo(-this.pid, 'SIGKILL')
  }
}

/** Runs a health command to its end. @returns whether it ended well in time */
export function runsWell(
  { command, cwd, env }: EngineProgram,
  timeoutMs: number,
): Promise<boolean> {
  const [file = '', ...args] = command
  return new Promise((resolve) => {
    const options = {
      cwd,
      env,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 65_536,
    } as const
    execFile(file, args, options, (error) => resolve(error === null))
  })
}

function treeMb(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + treeMb(child), residentMb(pid))
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}
