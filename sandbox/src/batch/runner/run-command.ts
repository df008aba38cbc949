import { CodedError, languageOf } from '@signalbox/sdk/errors'
import { parseRunnerOptions, usage } from './runner-options.ts'
import { RunFailure, runUdf } from './udf-runner.ts'

/** What the process ends with, so that who started it knows whose turn it is. */
export const exitCodes = {
  ok: 0,
  /** The machine, or whoever stopped it: try again. */
  host: 1,
  usage: 2,
  /** The rows are not what was declared. */
  input: 3,
  /** The function failed, or refused. */
  udf: 4,
} as const

/** `signalbox-udf`: rows on standard input, results on standard output, refusals on standard error. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const options = parseRunnerOptions(argv)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${usage}`)
    process.exitCode = exitCodes.usage
    return
  }
  try {
    await runUdf(options, process.stdin, process.stdout)
  } catch (error) {
    process.exitCode = report(error)
  } finally {
    // Rows that nobody reads any more must not keep the process.
    process.stdin.destroy()
  }
}

function report(error: unknown): number {
  if (error instanceof RunFailure) {
    const { failure } = error
    if (failure.kind === 'refused') {
      process.stderr.write(`${failure.message} [${failure.code}, row ${failure.row}]\n`)
      return exitCodes.udf
    }
    tell(failure.error)
    if (failure.error.code === 'SBX_BATCH_ARGUMENTS') return exitCodes.input
    return failure.blame === 'plugin' ? exitCodes.udf : exitCodes.host
  }
  if (error instanceof CodedError) {
    tell(error)
    return error.status < 500 ? exitCodes.input : exitCodes.host
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return exitCodes.host
}

function tell(error: CodedError): void {
  const setting = process.env.SIGNALBOX_LANG || process.env.LC_ALL || process.env.LANG || ''
  const language = languageOf(setting.replace('_', '-').replace(/\..*/, ''))
  process.stderr.write(
    `${error.localizedMessage(language)} [${error.code}]\n${error.cure(language)}\n`,
  )
}
