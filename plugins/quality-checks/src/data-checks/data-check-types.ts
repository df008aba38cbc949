/** What a column holds. Numbers are IEEE doubles, as JSON gives them; instants are kept as milliseconds since the epoch. */
export type ColumnType = 'text' | 'number' | 'integer' | 'boolean' | 'date' | 'timestamp' | 'json'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Its values are never shown in samples of bad rows. */
  readonly sensitive?: boolean
}

export interface DatasetDefinition {
  readonly dataset: string
  readonly title?: { readonly en: string; readonly 'zh-CN'?: string }
  readonly owner?: string
  readonly columns: readonly Column[]
  /** Columns that name a row to people; shown with each bad row. */
  readonly key?: readonly string[]
  /** The date or timestamp column that says how far the data reaches. */
  readonly watermark?: string
  /** `new`: a run looks at rows that no run has looked at yet; `all` when left out. */
  readonly scope?: 'all' | 'new'
  /** How old the newest watermark may be; a check `fresh` without a bound of its own takes it. */
  readonly maxAgeMinutes?: number
}

export type Dimension =
  | 'completeness'
  | 'uniqueness'
  | 'validity'
  | 'referential'
  | 'consistency'
  | 'timeliness'
  | 'volume'
  | 'distribution'
  | 'custom'

/** A value of a row as it was sent. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }

export type IgnoreRowIf = 'any-missing' | 'all-missing' | 'never'

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Format =
  | 'email'
  | 'uuid'
  | 'ipv4'
  | 'date'
  | 'date-time'
  | 'cn-mobile'
  | 'uscc'
  | 'cn-id'

/**
 * A condition on one column that chooses rows: its value is one of `values`, or lies between `min` and `max`, or is missing or not.
 * A missing value, and one that is not of its column's type, is none of any values and in no range.
 */
export interface Condition {
  readonly column: string
  readonly values?: readonly (string | number | boolean)[] | undefined
  readonly min?: number | string | undefined
  readonly max?: number | string | undefined
  readonly excludeMin?: boolean | undefined
  readonly excludeMax?: boolean | undefined
  readonly missing?: boolean | undefined
  /** Turned round: every row that the condition does not choose. */
  readonly not?: boolean | undefined
}

/** What a check asks. Only the fields of its rule count; `rule-fields.ts` says which those are. */
export interface Rule {
  readonly rule: RuleName
  readonly column?: string | undefined
  readonly columns?: readonly string[] | undefined
  readonly other?: string | undefined
  readonly min?: number | string | undefined
  readonly max?: number | string | undefined
  readonly excludeMin?: boolean | undefined
  readonly excludeMax?: boolean | undefined
  readonly blankIsMissing?: boolean | undefined
  readonly values?: readonly (string | number | boolean)[] | undefined
  readonly pattern?: string | undefined
  /** Turns `one-of` and `pattern` round. */
  readonly not?: boolean | undefined
  readonly format?: Format | undefined
  readonly schema?: { readonly [key: string]: Value } | undefined
  readonly comparison?: Comparison | undefined
  readonly ignoreRowIf?: IgnoreRowIf | undefined
  readonly tolerance?: number | undefined
  /** A share: 0.01 is one per cent of the larger of the two. */
  readonly relativeTolerance?: number | undefined
  readonly otherDataset?: string | undefined
  readonly otherColumns?: readonly string[] | undefined
  readonly otherColumn?: string | undefined
  readonly aggregate?: 'mean' | 'sum' | 'min' | 'max' | undefined
  readonly ignoreUnmatched?: boolean | undefined
  readonly maxAgeMinutes?: number | undefined
  readonly of?: 'new' | 'total' | undefined
  readonly maxRobustZ?: number | undefined
  readonly method?: 'psi' | 'ks' | 'mean' | undefined
  readonly limit?: number | undefined
  readonly provider?: string | undefined
  readonly parameters?: { readonly [key: string]: Value } | undefined
  /** The rows that the check is about: those that every condition chooses. All of them when left out. */
  readonly where?: readonly Condition[] | undefined
  /** The same of `otherDataset`. */
  readonly otherWhere?: readonly Condition[] | undefined
}

export type RuleName =
  | 'not-null'
  | 'null'
  | 'unique'
  | 'type'
  | 'pattern'
  | 'between'
  | 'one-of'
  | 'length'
  | 'format'
  | 'json-schema'
  | 'compare'
  | 'sum'
  | 'reference'
  | 'agree'
  | 'fresh'
  | 'volume'
  | 'drift'
  | 'custom'

export interface CheckDefinition extends Rule {
  readonly check: string
  readonly dataset: string
  readonly title?: { readonly en: string; readonly 'zh-CN'?: string } | undefined
  readonly owner?: string | undefined
  readonly dimension?: Dimension | undefined
  /** Weight in the scores; 1 when left out. */
  readonly weight?: number | undefined
  /** The red line: the check fails below this share of passing rows (`mostly` of Great Expectations). 1 when left out. */
  readonly redLine?: number | undefined
  /** It warns below this share; at least the red line. */
  readonly warn?: number | undefined
  readonly enabled?: boolean | undefined
}

/** What a check found, before thresholds judge it. */
export interface Finding {
  /** Rows (or keys, or 1 for a whole dataset) that were looked at: ignored nulls are none of them. */
  readonly assessed: number
  readonly unexpected: number
  /** Age in minutes, rows, PSI, p …: what the rule measures beside the share. */
  readonly value?: number | undefined
  /** Why nothing could be assessed. */
  readonly reason?: NotAssessedReason | undefined
}

export type NotAssessedReason =
  | 'NO_ROWS'
  | 'ALL_NULL'
  | 'NOTHING_CHOSEN'
  | 'HISTORY_TOO_SHORT'
  | 'SAMPLE_TOO_SMALL'
  | 'OTHER_DATASET_MISSING'
  | 'PROVIDER_MISSING'
  | 'PROVIDER_FAILED'
  | 'NEVER_RUN'

export type CheckState = 'pass' | 'warn' | 'fail' | 'not-assessed'
