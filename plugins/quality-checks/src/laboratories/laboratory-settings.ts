/** Of one characteristic: how the laboratory calls it, how we do, and what it has to keep where no plan says so. */
export interface CharacteristicMapping {
  readonly name: string
  readonly characteristic: string
  /** Of values that come without a unit; the laboratory's own, by agreement. */
  readonly reportedUnit?: string
  readonly unit?: string
  readonly lower?: number
  readonly upper?: number
}

/** Where things stand in what a laboratory sends: JSON pointers, those of results into one result. */
export interface FieldMapping {
  readonly report: string
  readonly lot: string
  readonly item?: string
  readonly reportedAt: string
  readonly results: string
  readonly characteristic: string
  readonly value?: string
  readonly text?: string
  readonly unit?: string
  readonly method?: string
  readonly passed?: string
  readonly uncertainty?: string
}

export interface LaboratorySource {
  readonly laboratory: string
  /** What tells its deliveries from others: a pointer and the text there. Without it, it is the only one. */
  readonly match?: { readonly pointer: string; readonly equals: string }
  readonly fields?: Partial<FieldMapping>
  readonly characteristics?: readonly CharacteristicMapping[]
  /** What stands for passed and failed, where the laboratory does not say true and false. */
  readonly verdicts?: { readonly passed: readonly string[]; readonly failed: readonly string[] }
}

export interface LaboratoryConfig {
  readonly laboratories?: readonly LaboratorySource[]
}

/** As `laboratory.result.reported` has them. */
export const defaultFields: FieldMapping = {
  report: '/report',
  lot: '/lot',
  item: '/item',
  reportedAt: '/reportedAt',
  results: '/results',
  characteristic: '/characteristic',
  value: '/value',
  text: '/text',
  unit: '/unit',
  method: '/method',
  passed: '/passed',
  uncertainty: '/uncertainty',
}
