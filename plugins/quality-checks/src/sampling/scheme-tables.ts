import type { InspectionLevel, Severity } from './plan-types.ts'

/** Single plans of one severity, as the standard prints them. */
export interface MasterTable {
  /** Items in the sample of each letter, in their order. */
  readonly sizes: readonly number[]
  /** By letter: a cell for each AQL, separated by blanks: Ac/Re, or an arrow to the next row below (v) or above (^) that has one. */
  readonly rows: Readonly<Record<string, string>>
}

/** Double or multiple plans of one severity: they stand in the cells of the single plans. */
export interface StageTable {
  /** Items in each sample of a letter; null where the letter has no such plan, and its single or double one is used. */
  readonly sizes: readonly (number | null)[]
  /** By the single plan's Ac/Re: Ac/Re of each stage, separated by blanks; # for a stage that cannot accept. */
  readonly stages: Readonly<Record<string, string>>
}

type BySeverity<T> = Readonly<Partial<Record<Severity, T>>>

/** A sampling scheme by attributes as data: what `loadScheme` takes, and what the built-in ones are. */
export interface SchemeTables {
  readonly scheme: string
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  /** Code letters in the order of their rows. */
  readonly letters: string
  /** The largest lot of each row of the table of code letters; null for the last, which has no end. */
  readonly lotSizesTo: readonly (number | null)[]
  /** By level: a letter for each row of `lotSizesTo`. */
  readonly codeLetters: Readonly<Partial<Record<InspectionLevel, string>>>
  /** Percent nonconforming; above 10 nonconformities per 100 items. */
  readonly aqls: readonly number[]
  readonly single: BySeverity<MasterTable>
  readonly double?: BySeverity<StageTable>
  readonly multiple?: BySeverity<StageTable>
}
