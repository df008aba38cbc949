/** What an outside laboratory found in one lot, read from however it was told. */
export interface LaboratoryReport {
  readonly laboratory: string
  /** The laboratory's own number of it. */
  readonly report: string
  readonly lot: string
  readonly item: string | null
  readonly reportedAt: string
  readonly results: readonly ReportedResult[]
}

export interface ReportedResult {
  readonly characteristic: string
  readonly value: number | null
  readonly text: string | null
  readonly unit: string | null
  readonly method: string | null
  /** The laboratory's own verdict. */
  readonly passed: boolean | null
  readonly uncertainty: number | null
}

/** What a characteristic has to keep, as far as somebody said. */
export interface Expected {
  readonly unit: string | null
  readonly lower: number | null
  readonly upper: number | null
}

/** In the unit of the characteristic, and judged. */
export interface JudgedResult extends ReportedResult, Expected {
  readonly reportedValue: number | null
  readonly reportedUnit: string | null
}
