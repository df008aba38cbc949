import type { StepId } from './eight-d-steps.ts'
import type { State } from './lifecycle.ts'

export type DefectClass = 'critical' | 'major' | 'minor'

/** What is done with nonconforming goods (ISO 9001, 8.7.1). */
export type DispositionKind =
  | 'use-as-is'
  | 'rework'
  | 'sort'
  | 'regrade'
  | 'return-to-supplier'
  | 'scrap'

/** Of a part of the goods: one lot is often sorted, then partly scrapped and partly sent back. */
export interface Disposition {
  readonly kind: DispositionKind
  readonly quantity: number
  readonly reason: string
  readonly by: string
  readonly at: string
}

/** Proof of a step: a file of the plugin by its SHA-256, an address, or words. */
export interface Evidence {
  readonly kind: 'blob' | 'link' | 'note'
  readonly value: string
  readonly title?: string
  readonly by: string
  readonly at: string
}

export interface Step {
  readonly step: StepId
  readonly state: 'open' | 'done' | 'skipped'
  /** 1 at first; one more each time that it is opened again. */
  readonly round: number
  readonly owner: string | null
  readonly dueAt: string
  readonly doneAt: string | null
  readonly doneBy: string | null
  /** What was found or done; of a skipped step, why. */
  readonly summary: string | null
  readonly evidence: readonly Evidence[]
  /** 0: in time; 1: its owner was told; 2: who stands above the owner was told. */
  readonly overdueLevel: number
}

export interface SupplierReply {
  readonly rootCause: string
  readonly containment?: string
  readonly correctiveAction: string
  readonly evidence?: readonly string[]
  readonly by: string
  readonly at: string
}

/** A supplier corrective action request (SCAR). */
export interface SupplierRequest {
  readonly id: string
  readonly supplier: string
  readonly state: 'issued' | 'replied' | 'accepted' | 'cancelled'
  readonly round: number
  readonly question: string
  /** Where the supplier is written to. */
  readonly contact: string | null
  readonly issuedAt: string
  readonly dueAt: string
  /** When the supplier first answered: later rounds change the reply, not how long he took. */
  readonly firstRepliedAt: string | null
  readonly reply: SupplierReply | null
  /** Why the last reply was sent back, or the request taken back. */
  readonly remark: string | null
  readonly links: readonly string[]
}

/** How a nonconformity is shown not to come back. */
export interface Verification {
  /** So many next lots of the supplier and item have to be accepted; 0: a person judges. */
  readonly lots: number
  /** From here on lots count: when the corrective action stood. */
  readonly since: string | null
  /** A person's word instead of lots, with a reason. */
  readonly proof: { readonly reason: string; readonly by: string; readonly at: string } | null
  /** How often it was shown not to work. */
  readonly failures: number
}

export interface Nonconformity {
  readonly id: string
  readonly number: string
  readonly revision: number
  readonly state: State
  readonly severity: DefectClass
  readonly title: string
  readonly lot: string | null
  readonly item: string | null
  readonly supplier: string | null
  readonly defect: string | null
  readonly quantity: number
  readonly unit: string
  readonly owner: string | null
  readonly eightD: boolean
  readonly openedAt: string
  readonly closedAt: string | null
  readonly dispositions: readonly Disposition[]
  readonly verification: Verification
  readonly steps: readonly Step[]
  readonly requests: readonly SupplierRequest[]
}
