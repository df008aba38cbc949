import { existsSync, readFileSync } from 'node:fs'
import type { Value } from '../../src/data-checks/data-check-types.ts'

/** Cases of public test suites; they stand beside the repository and are never copied into it. */
const file = new URL('../../../../../shared/cases/quality-cases.json', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(file)
  ? false
  : 'the cases are not here: expected ../shared/cases/quality-cases.json beside the repository'

export interface ExpectationCase {
  readonly id: string
  readonly rule: string
  readonly args: Readonly<Record<string, Value>>
  readonly data: Readonly<Record<string, readonly Value[]>>
  readonly expected: {
    readonly success: boolean
    readonly unexpected_count: number
    readonly unexpected_list: readonly Value[]
    readonly row_count: number
  }
}

export interface FileCase {
  readonly file: string
  readonly rule: string
  readonly args: Readonly<Record<string, string>>
  readonly expected: Readonly<Record<string, Value>>
}

export const expectationCases = () => read().great_expectations
export const fileCases = () => read().vega

function read(): { great_expectations: readonly ExpectationCase[]; vega: readonly FileCase[] } {
  return JSON.parse(readFileSync(file, 'utf8'))
}

const dataFolder = new URL('../../../../node_modules/vega-datasets/data/', import.meta.url)

/** For tap's `skip`. */
export const filesMissing: string | false = existsSync(dataFolder)
  ? false
  : 'npm vega-datasets is not installed: its files are what these cases are about'

export function readRows(name: string): readonly Readonly<Record<string, Value>>[] {
  const text = readFileSync(new URL(name, dataFolder), 'utf8')
  return name.endsWith('.json') ? JSON.parse(text) : parseCsv(text)
}

function parseCsv(text: string): Record<string, Value>[] {
  const [head = [], ...lines] = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        (found) => (found[1]?.replaceAll('""', '"') ?? found[2]) as string,
      ),
    )
  return lines.map((cells) =>
    Object.fromEntries(
      head.map((name, at) => [name, cells[at] === '' ? null : (cells[at] ?? null)]),
    ),
  )
}
