import { existsSync, readFileSync } from 'node:fs'

/** Answers computed by R; they stand beside the repository and are never copied into it. */
const folder = new URL('../../../../../shared/cases/domain/qc/', import.meta.url)

/** For tap's `skip`: false where the cases are there, else the reason that is printed. */
export const casesMissing: string | false = existsSync(folder)
  ? false
  : 'the reference cases are not here: expected ../shared/cases/domain/qc beside the repository'

interface ShewhartCase {
  readonly center: number
  readonly 'std.dev': number
  readonly statistics: readonly number[]
}

export interface SpcReference {
  readonly spc: {
    readonly xbarR: ShewhartCase & {
      readonly values: number[][]
      readonly lcl: number
      readonly ucl: number
    }
    readonly R: ShewhartCase & { readonly lcl: number; readonly ucl: number }
    readonly p: ShewhartCase & {
      readonly D: readonly number[]
      readonly size: readonly number[]
      readonly lcl: readonly number[]
      readonly ucl: readonly number[]
      readonly beyond: readonly number[]
    }
  }
  readonly capability: {
    readonly spec: readonly [number, number]
    readonly target: number
    readonly nobs: number
    readonly center: number
    readonly sd: number
    readonly indices: readonly {
      readonly _row: 'Cp' | 'Cp_l' | 'Cp_u' | 'Cp_k' | 'Cpm'
      readonly Value: number
      readonly '2.5%': number
      readonly '97.5%': number
    }[]
    readonly exp: readonly number[]
    readonly obs: readonly number[]
  }
  readonly nelson: readonly {
    readonly kind: string
    readonly x: readonly number[]
    readonly mean: number
    readonly sigma: number
    /** A single place is written without its list. */
    readonly flags: Readonly<Record<string, number | readonly number[]>>
  }[]
}

export const spcReference = () => read<SpcReference>('spc_reference.json')

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
}
