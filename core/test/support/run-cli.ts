import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'

const command = join(import.meta.dirname, '../../bin/signalbox.mjs')

export interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Runs the command against a host, as the operator, without a terminal. */
export function runCli(
  host: Pick<HostProcess, 'url'>,
  words: readonly string[],
  language = 'en',
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...words],
      { env: environment(host, language) },
      (error, output, errors) =>
        resolve({ code: error === null ? 0 : Number(error.code), output, errors }),
    )
  })
}

/**
 * The same with a terminal (by script of util-linux, which every Debian has), where somebody answers the one question.
 * @param words without a space or quote in any of them
 */
export function typeAtCli(
  host: Pick<HostProcess, 'url'>,
  words: readonly string[],
  answer: string,
): Promise<Omit<Outcome, 'errors'>> {
  const line = [process.execPath, command, ...words].join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: environment(host, 'en'),
  })
  let output = ''
  let isAnswered = false
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes
    if (isAnswered || !output.includes('[y/N]')) return
    isAnswered = true
    child.stdin.write(`${answer}\n`)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function environment({ url }: Pick<HostProcess, 'url'>, language: string) {
  return {
    PATH: process.env.PATH,
    SIGNALBOX_URL: url,
    SIGNALBOX_TOKEN: OPERATOR_TOKEN,
    SIGNALBOX_LANG: language,
  }
}
