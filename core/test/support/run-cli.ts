import { execFile, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'

const command = join(import.meta.dirname, '../../bin/signalbox.mjs')

export interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** The operator, in English, unless said otherwise. */
export interface CliOptions {
  readonly token?: string
  readonly language?: string
  /** Besides what names the host and the caller. */
  readonly env?: Readonly<Record<string, string>>
}

type Host = Pick<HostProcess, 'url'>

/** Runs the command against a host, without a terminal. */
export function runCli(
  host: Host,
  words: readonly string[],
  options: CliOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [command, ...words],
      { env: environment(host, options) },
      (error, output, errors) => {
        // By a signal, or never started: no end that a command tells by its code.
        if (error !== null && typeof error.code !== 'number') reject(error)
        else resolve({ code: Number(error?.code ?? 0), output, errors })
      },
    )
  })
}

/** As `runCli`. @returns what it printed; a failure rejects with what it said */
export async function printedByCli(
  host: Host,
  words: readonly string[],
  options: CliOptions = {},
): Promise<string> {
  const { code, output, errors } = await runCli(host, words, options)
  if (code !== 0) throw new Error(`${words.join(' ')}: ${errors}`)
  return output
}

/** Starts one that goes on until it is stopped. */
export function startCli(host: Host, words: readonly string[], options: CliOptions = {}) {
  const child = spawn(process.execPath, [command, ...words], {
    env: environment(host, options),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  // A character of Chinese may be cut in two by a chunk.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const gone = new Promise((resolve) => child.once('close', resolve))
  return {
    output: () => output,
    stop: () => {
      child.kill()
      return gone
    },
  }
}

/** What `tap` takes as `skip`: why nobody can type here, or false. */
export function noTerminal(): string | false {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return stdout?.includes('util-linux') ? false : 'script of util-linux is not installed'
}

/**
 * The same with a terminal (by script of util-linux), where somebody answers the one question.
 * @param words without a space or quote in any of them
 * @param deadlineMs for the whole of it: generous, it only bounds a test that would fail anyway
 */
export function typeAtCli(
  host: Host,
  words: readonly string[],
  answer: string,
  deadlineMs = 60_000,
): Promise<Omit<Outcome, 'errors'>> {
  const line = [process.execPath, command, ...words].join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: environment(host, {}),
  })
  let output = ''
  let isAnswered = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (isAnswered || !output.includes('[y/N]')) return
    isAnswered = true
    child.stdin.write(`${answer}\n`)
  })
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill()
      const what = isAnswered ? 'did not end' : 'did not ask'
      reject(new Error(`${words.join(' ')} ${what} within ${deadlineMs} ms: ${output}`))
    }, deadlineMs)
    child.once('error', (error) => {
      clearTimeout(deadline)
      reject(error)
    })
    child.once('close', (code) => {
      clearTimeout(deadline)
      resolve({ code: code ?? 1, output })
    })
  })
}

function environment(
  { url }: Host,
  { token = OPERATOR_TOKEN, language = 'en', env = {} }: CliOptions,
) {
  return {
    PATH: process.env.PATH,
    SIGNALBOX_URL: url,
    SIGNALBOX_TOKEN: token,
    SIGNALBOX_LANG: language,
    ...env,
  }
}
