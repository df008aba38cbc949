/** How hard a series of lots is looked at (ISO 2859-1, 9). */
export type Severity = 'normal' | 'tightened' | 'reduced'

/** General levels, and special ones where a test is dear or destroys (ISO 2859-1, table 1). */
export type InspectionLevel = 'S-1' | 'S-2' | 'S-3' | 'S-4' | 'I' | 'II' | 'III'

export type PlanType = 'single' | 'double' | 'multiple'

/** ISO 2859-1, 3.1.8 and 3.1.9: items that fail, in percent, or faults of which an item may have several. */
export type QualityUnit = 'percent-nonconforming' | 'nonconformities-per-100'

/** One stage of a plan; sizes and numbers are those of all stages up to this one. */
export interface PlanStage {
  /** Items looked at, this stage and all before it. */
  readonly sampleSize: number
  /** Accept at so many nonconforming or fewer; null: this stage cannot accept. */
  readonly accept: number | null
  /** Reject at so many or more. In the last stage `accept + 1`, but for reduced plans of MIL-STD-105E, which leave a gap. */
  readonly reject: number
}

export interface AttributePlan {
  readonly scheme: string
  /** Sample size code letter; null for plans that are found without one, such as 100 %. */
  readonly letter: string | null
  readonly severity: Severity
  readonly type: PlanType
  readonly stages: readonly PlanStage[]
  /** The sample would be as large as the lot: every item is looked at. */
  readonly wholeLot: boolean
}

export interface PlanRequest {
  /** `mil-std-105e`, `iso-2859-1`, or a tenant's own. */
  readonly scheme: string
  readonly type: PlanType
  readonly lotSize: number
  readonly level: InspectionLevel
  /** Acceptance quality limit: percent nonconforming, or nonconformities per 100 items above 10. */
  readonly aql: number
  readonly severity: Severity
  /** What the AQL counts; when left out, percent up to 10 and nonconformities above. */
  readonly unit?: QualityUnit
}

/** What a stage says of its lot; `accept-and-return`: accepted within a reduced plan's gap, so that the next lot is inspected normally. */
export type StageVerdict = 'accept' | 'accept-and-return' | 'reject' | 'continue'

/** What the switching rules know of one supplier × item × characteristic; kept as JSON. */
export interface SwitchingState {
  readonly severity: Severity | 'discontinued'
  /** Switching score towards reduced inspection (ISO 2859-1, 9.3.3). */
  readonly score: number
  /** Outcomes of the newest lots under the present severity, newest last, as many as the rules look at. */
  readonly recent: readonly ('accepted' | 'rejected')[]
  /** Lots not accepted since tightened inspection began. */
  readonly rejectedWhileTightened: number
}
