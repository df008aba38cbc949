import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { residentMb } from './resident-mb.ts'

const WATCH_MS = 25
const STDERR_BYTES = 2048
/** What Node says of a program with a part that is not there, may not be read, or is for another machine. */
const UNSTARTABLE = /\b(?:ERR_)?(?:MODULE_NOT_FOUND|ACCESS_DENIED|DLOPEN_FAILED)\b/

export interface ThrowAwayLimits {
  /** Time for all of it, the start of the process included. */
  readonly deadlineMs: number
  readonly residentMb: number
  readonly answerBytes: number
}

export type ThrowAwayRun =
  | { readonly ok: true; readonly bytes: Buffer }
  | {
      readonly ok: false
      readonly reason: string
      /** False: its program did not begin, whatever the input. */
      readonly isStarted: boolean
    }

/** A process that is started and waits for its input. */
export interface StartedThrowAway {
  /** Once. The time of the limits begins now. */
  run(input: Uint8Array, limits: ThrowAwayLimits): Promise<ThrowAwayRun>
  /** Ends it, where it is not needed after all. */
  discard(): void
}

/**
 * Runs a process on some bytes and ends it when it takes too long or too much. It gets them on standard input
 * and answers on descriptor 3; it has no environment, and no more rights than its flags give it.
 *
 * @param args flags and main program.
 */
export function runThrowAway(
  args: readonly string[],
  input: Uint8Array,
  limits: ThrowAwayLimits,
): Promise<ThrowAwayRun> {
  return startThrowAway(args).run(input, limits)
}

/** As `runThrowAway`, for input that comes later: the process has loaded its program by then. */
export function startThrowAway(args: readonly string[]): StartedThrowAway {
  let child: ChildProcess
  try {
    child = spawn(process.execPath, args, {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    const failed = notStarted(error as NodeJS.ErrnoException)
    return { run: () => Promise.resolve(failed), discard: () => undefined }
  }
  // It may end while nobody asks it for anything: `run` tells of that.
  let early: Promise<ThrowAwayRun> | undefined
  const isGone = new Promise<ThrowAwayRun>((resolve) => {
    child.once('error', (error) => resolve(notStarted(error)))
    child.once('exit', (code, signal) => resolve(crashed('', signal ?? `exit code ${code}`)))
  })
  void isGone.then((run) => {
    early = Promise.resolve(run)
  })
  return {
    run: (input, limits) => early ?? followChild(child, input, limits),
    discard: () => void child.kill('SIGKILL'),
  }
}

function followChild(
  child: ChildProcess,
  input: Uint8Array,
  limits: ThrowAwayLimits,
): Promise<ThrowAwayRun> {
  // Without descriptors to spare Node gives a child without any stream, and tells why in a moment.
  if (child.stdio === undefined) {
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(notStarted(error)))
    })
  }
  const chunks: Buffer[] = []
  let received = 0
  let stderr = ''
  let killedFor: string | undefined
  const kill = (reason: string) => {
    killedFor ??= reason
    child.kill('SIGKILL')
  }
  const answers = child.stdio[3] as Readable
  answers.on('data', (chunk: Buffer) => {
    received += chunk.length
    chunks.push(chunk)
    if (received > limits.answerBytes) kill('its answer is too long')
  })
  answers.on('error', () => undefined)
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(0, STDERR_BYTES)
  })
  // The process may end before it has read everything; then its end tells why.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const startedAt = Date.now()
  const watch = setInterval(() => {
    if (Date.now() - startedAt > limits.deadlineMs) kill(`it took over ${limits.deadlineMs} ms`)
    else if (residentMb(child.pid ?? 0) > limits.residentMb) {
      kill(`it took over ${limits.residentMb} MiB`)
    }
  }, WATCH_MS)
  return new Promise((resolve) => {
    const end = (run: ThrowAwayRun) => {
      clearInterval(watch)
      resolve(run)
    }
    child.on('error', (error) => end(notStarted(error)))
    child.on('close', (code, signal) => {
      if (code === 0 && killedFor === undefined) end({ ok: true, bytes: Buffer.concat(chunks) })
      else if (killedFor !== undefined) end({ ok: false, reason: killedFor, isStarted: true })
      else end(crashed(stderr, signal ?? `exit code ${code}`))
    })
  })
}

/** By the system's code alone: the message names the host's program. */
function notStarted({ code = 'no reason given' }: NodeJS.ErrnoException): ThrowAwayRun {
  return { ok: false, reason: `its process could not be started: ${code}`, isStarted: false }
}

function crashed(stderr: string, fallback: string): ThrowAwayRun {
  const code = UNSTARTABLE.exec(stderr)?.[0]
  if (code !== undefined) return notStarted({ code } as NodeJS.ErrnoException)
  return { ok: false, reason: lastWords(stderr, fallback), isStarted: true }
}

/** The line of a crash that names the error; never a stack, which would name files of the host. */
function lastWords(stderr: string, fallback: string): string {
  const line = stderr.split('\n').find((text) => /^\w*Error\b/.test(text))
  return (line ?? fallback).slice(0, 200)
}
