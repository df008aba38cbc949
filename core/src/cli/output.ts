import { CodedError } from '@signalbox/sdk/errors'
import type { Problem } from '../gateway/problem.ts'
import { HostRefusal } from './host-client.ts'
import { terminalLanguage } from './language.ts'

/** With `--json` a machine reads: one JSON value on standard output and nothing else. */
export function print(json: boolean | undefined, value: unknown, lines: readonly string[]): void {
  process.stdout.write(json === true ? `${JSON.stringify(value)}\n` : `${lines.join('\n')}\n`)
}

/**
 * With `--env` a shell reads, or `node --env-file`: what is shown once goes into a file, and never past somebody's eyes.
 * @param values of which none has a quote in it: keys, ids and addresses
 */
export function printEnvironment(values: Readonly<Record<string, string>>): void {
  const lines = Object.entries(values).map(([name, value]) => `export ${name}='${value}'\n`)
  process.stdout.write(lines.join(''))
}

/** A refusal tells what, where and the cure; anything else is a bug, and shows its stack. */
export function printError(error: unknown, json: boolean): void {
  const problem = problemOf(error)
  if (problem === undefined) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  } else if (json) {
    process.stderr.write(`${JSON.stringify(problem)}\n`)
  } else {
    const places = (problem.errors ?? []).map(
      ({ at, pointer, detail }) => `  ${at ?? (pointer || '/')}: ${detail}`,
    )
    const lines = [`${problem.title} [${problem.code}]`, ...places, problem.detail]
    process.stderr.write(`${lines.join('\n')}\n`)
  }
}

function problemOf(
  error: unknown,
): Pick<Problem, 'title' | 'detail' | 'code' | 'errors'> | undefined {
  if (error instanceof HostRefusal) return error.problem
  if (!(error instanceof CodedError)) return undefined
  const language = terminalLanguage()
  return {
    title: error.localizedMessage(language),
    detail: error.cure(language),
    code: error.code,
    errors: error.faultsIn(language),
  }
}
