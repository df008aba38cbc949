import type { StepId } from './eight-d-steps.ts'
import { eightDSteps, stepIds } from './eight-d-steps.ts'
import type { DefectClass } from './nonconformity.ts'

/** A person or post as steps name it, and how it is reached. */
export interface Contact {
  readonly owner: string
  readonly address?: string
  /** Who is told when this owner lets a step lie. */
  readonly escalation?: string
}

/** What the tenant may set of nonconformities, under `nonconformities` of the settings. */
export interface NonconformitySettings {
  /** The least class that needs an 8D report. */
  readonly eightDFrom: DefectClass | 'never'
  /** Calendar days from the opening to a step's end. */
  readonly dueDays: Readonly<Record<StepId, number>>
  readonly requestDays: number
  /** Days after the end of a step until its owner's superior is told. */
  readonly escalateAfterDays: number
  readonly escalation?: string
  readonly defaultOwner?: string
  readonly contacts: readonly Contact[]
  /** Nonconformities of one supplier, item and defect within so many days are the same come back. */
  readonly recurrenceDays: number
  /** Later lots that have to be accepted before an 8D report may be closed. */
  readonly effectivenessLots: number
  readonly evidence: Readonly<Partial<Record<StepId, boolean>>>
}

interface GivenSettings extends Partial<Omit<NonconformitySettings, 'dueDays'>> {
  readonly dueDays?: Partial<Record<StepId, number>>
}

export interface QualityConfig {
  readonly nonconformities?: GivenSettings
}

/** Half a year is how long a 0-km complaint usually stays open to recurrence; the tenant's own procedure decides. */
const RECURRENCE_DAYS = 180

export function nonconformitySettings(config: QualityConfig): NonconformitySettings {
  const given = config.nonconformities ?? {}
  const dueDays = Object.fromEntries(
    stepIds.map((step) => [step, given.dueDays?.[step] ?? eightDSteps[step].dueDays]),
  ) as Record<StepId, number>
  return {
    eightDFrom: 'major',
    requestDays: 10,
    escalateAfterDays: 3,
    contacts: [],
    recurrenceDays: RECURRENCE_DAYS,
    effectivenessLots: 3,
    evidence: {},
    ...given,
    dueDays,
  }
}

const ranks: Readonly<Record<DefectClass, number>> = { minor: 0, major: 1, critical: 2 }

export function needsEightD(
  one: DefectClass,
  { eightDFrom }: Pick<NonconformitySettings, 'eightDFrom'>,
): boolean {
  return eightDFrom !== 'never' && ranks[one] >= ranks[eightDFrom]
}

export function needsEvidence(
  step: StepId,
  { evidence }: Pick<NonconformitySettings, 'evidence'>,
): boolean {
  return evidence[step] ?? eightDSteps[step].evidence
}
