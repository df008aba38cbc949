import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'

export const formats = ['rowbinary', 'arrow', 'jsonl'] as const
export type FormatName = (typeof formats)[number]

export interface RunnerOptions {
  readonly bundle: string
  readonly udf: string
  readonly format: FormatName
  readonly args: readonly string[] | undefined
  readonly returns: string | undefined
  readonly resultName: string
  readonly hasChunkHeaders: boolean
  readonly plugin: string
  readonly version: string
  readonly threads: number
  readonly heapMb: number
  readonly morselMs: number
  readonly deadlineMs: number
}

export const usage = `signalbox-udf --bundle dist/plugin.js --udf <id> [options] < rows > results

  --format rowbinary | arrow | jsonl   default: rowbinary
  --args "Float64, Nullable(String)"   ClickHouse types of the arguments; default: the function's own
  --returns Float64                    ClickHouse type of the result; default: the function's own
  --result-name result                 name of the result's column (arrow, jsonl)
  --chunk-header                       each chunk begins with its number of rows and a line feed (send_chunk_header)
  --plugin, --plugin-version           for messages; default: the file's name
  --threads <n>                        default: one a core
  --heap-mb 64, --morsel-ms 5000, --deadline-ms 60000
`

/** Largest values: what a batch lane allows. */
const numbers = {
  threads: { fallback: availableParallelism(), most: 64 },
  'heap-mb': { fallback: 64, most: 256 },
  'morsel-ms': { fallback: 5000, most: 5000 },
  'deadline-ms': { fallback: 60_000, most: 3_600_000 },
} as const

/** @returns a text that says what is wrong with the command line. */
export function parseRunnerOptions(argv: readonly string[]): RunnerOptions | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        bundle: { type: 'string' },
        udf: { type: 'string' },
        format: { type: 'string', default: 'rowbinary' },
        args: { type: 'string' },
        returns: { type: 'string' },
        'result-name': { type: 'string', default: 'result' },
        'chunk-header': { type: 'boolean', default: false },
        plugin: { type: 'string' },
        'plugin-version': { type: 'string', default: '0.0.0' },
        threads: { type: 'string' },
        'heap-mb': { type: 'string' },
        'morsel-ms': { type: 'string' },
        'deadline-ms': { type: 'string' },
      },
    })
    const { bundle, udf } = values
    if (bundle === undefined || udf === undefined) return '--bundle and --udf are needed'
    const format = formats.find((name) => name === values.format)
    if (format === undefined) return `--format is one of ${formats.join(', ')}`
    if (values['chunk-header'] && format !== 'rowbinary') {
      return '--chunk-header goes with --format rowbinary'
    }
    return {
      bundle,
      udf,
      format,
      args: values.args === undefined ? undefined : typeList(values.args),
      returns: values.returns,
      resultName: values['result-name'],
      hasChunkHeaders: values['chunk-header'],
      plugin: values.plugin ?? basename(bundle),
      version: values['plugin-version'],
      threads: numberOf('threads', values.threads),
      heapMb: numberOf('heap-mb', values['heap-mb']),
      morselMs: numberOf('morsel-ms', values['morsel-ms']),
      deadlineMs: numberOf('deadline-ms', values['deadline-ms']),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** `Float64, Nullable(String)`; no type that is taken has a comma of its own. */
function typeList(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function numberOf(name: keyof typeof numbers, text: string | undefined): number {
  const { fallback, most } = numbers[name]
  if (text === undefined) return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new RangeError(`--${name} is a whole number from 1 to ${most}`)
}
