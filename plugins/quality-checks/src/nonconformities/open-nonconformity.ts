import { daysAfter } from '../calendar/days.ts'
import { stepIds } from './eight-d-steps.ts'
import { firstState } from './lifecycle.ts'
import type { DefectClass, Nonconformity, Step } from './nonconformity.ts'
import { type NonconformitySettings, needsEightD } from './nonconformity-settings.ts'

/** What a nonconformity is opened with, whoever found it. */
export interface Finding {
  readonly severity: DefectClass
  readonly title: string
  readonly lot: string | null
  readonly item: string | null
  readonly supplier: string | null
  readonly defect: string | null
  readonly quantity: number
  readonly unit: string
  readonly owner: string | null
  /** When it was found; days run from here, also when it is told late. */
  readonly foundAt: string
  /** Whatever the class says. */
  readonly eightD?: boolean
}

/** The number is the store's to give. */
export function openNonconformity(
  id: string,
  found: Finding,
  settings: NonconformitySettings,
): Omit<Nonconformity, 'number'> {
  const eightD = found.eightD ?? needsEightD(found.severity, settings)
  const owner = found.owner ?? settings.defaultOwner ?? null
  return {
    id,
    revision: 1,
    state: firstState(eightD),
    ...{ severity: found.severity, title: found.title, lot: found.lot, item: found.item },
    ...{ supplier: found.supplier, defect: found.defect },
    ...{ quantity: found.quantity, unit: found.unit, owner, eightD },
    openedAt: found.foundAt,
    closedAt: null,
    dispositions: [],
    verification: { lots: settings.effectivenessLots, since: null, proof: null, failures: 0 },
    steps: eightD ? newSteps(found.foundAt, owner, settings) : [],
    requests: [],
  }
}

export function newSteps(
  from: string,
  owner: string | null,
  { dueDays }: Pick<NonconformitySettings, 'dueDays'>,
): readonly Step[] {
  return stepIds.map((step) => ({
    step,
    state: 'open',
    round: 1,
    owner,
    dueAt: daysAfter(from, dueDays[step]),
    ...{ doneAt: null, doneBy: null, summary: null, evidence: [], overdueLevel: 0 },
  }))
}
