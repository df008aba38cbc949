import { existsSync, readFileSync } from 'node:fs'

/** Real series and answers computed by R; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../shared/cases/domain/forecast/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/forecast beside the repository'

export interface M3Series {
  readonly sn: string
  readonly period: 'MONTHLY' | 'QUARTERLY' | 'YEARLY'
  readonly m: number
  readonly h: number
  readonly train: readonly number[]
  readonly test: readonly number[]
}

interface FixedWeights {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
  readonly SSE: number
  readonly coef: readonly number[]
  readonly mean: readonly number[]
}

export interface GoldModel {
  readonly name: string
  readonly frequency: number
  readonly x: readonly number[]
  readonly h: number
  readonly ets: { readonly method: string; readonly aicc: number; readonly mean: readonly number[] }
  readonly theta: { readonly mean: readonly number[] }
  readonly 'ses_alpha0.2_simple': { readonly mean: readonly number[] }
  readonly stl_periodic?: {
    readonly seasonal: readonly number[]
    readonly trend_first5: readonly number[]
    readonly trend_last5: readonly number[]
  }
  /** The last data, trend, season and remainder. */
  readonly mstl?: { readonly last: readonly number[] }
  readonly holtwinters_fixed_additive?: FixedWeights
  readonly holtwinters_fixed_multiplicative?: FixedWeights
}

export interface PolicyCase {
  readonly input: Parameters<typeof import('../src/inventory/reorder.ts').reorder>[0]
  readonly expect: Readonly<Record<string, number>>
}

export interface IntermittentPart {
  readonly id: string
  readonly train: readonly number[]
  readonly test: readonly number[]
  readonly ADI: number
  readonly CV2: number
  /** Demand a period by R's tsintermittent, and by ADIDA and IMAPA in R. */
  readonly forecast: Readonly<Record<string, number>>
}

export const m3Series = () => read<M3Series[]>('m3_series.json')
export const goldModels = () => read<GoldModel[]>('r_gold_models.json')
export const intermittentParts = () =>
  Object.values(read<Record<string, IntermittentPart>>('carparts_intermittent.json'))
export const policyCases = () => read<PolicyCase[]>('inventory_policy.json')

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
}
