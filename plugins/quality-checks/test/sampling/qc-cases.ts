import { existsSync, readFileSync } from 'node:fs'

/** Plans, curves and series with known answers; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../../shared/cases/domain/qc/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/qc beside the repository'

export interface PlanCell {
  readonly severity: string
  readonly lot: string
  readonly level: string
  readonly aql: number
  readonly n: number
  readonly ac: number
  readonly re: number
}

export interface SamplingCases {
  readonly oc: readonly {
    readonly n: number
    readonly c: number
    readonly type: 'binomial' | 'poisson'
    readonly pd: readonly number[]
    readonly pa: readonly number[]
  }[]
  readonly findPlan: readonly {
    readonly PRP: readonly [number, number]
    readonly CRP: readonly [number, number]
    readonly args: { readonly type: 'binomial' }
    readonly plan: { readonly n: number; readonly c: number; readonly r: number }
  }[]
}

export interface SwitchingCase {
  readonly name: string
  readonly lots: readonly { readonly accepted: boolean }[]
  readonly expect: readonly { readonly severity: string; readonly next?: string }[]
}

export const samplingCases = () => JSON.parse(read('spc_reference.json')) as SamplingCases
export const switchingCases = () => JSON.parse(read('switching_rules.json')) as SwitchingCase[]

export function planCells(): PlanCell[] {
  const [, ...lines] = read('aql_single_general_levels_normal_tightened.csv').trim().split('\n')
  return lines.map((line) => {
    const [severity = '', lot = '', level = '', aql, n, ac, re] = line.split(',')
    return { severity, lot, level, aql: Number(aql), n: Number(n), ac: Number(ac), re: Number(re) }
  })
}

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}
