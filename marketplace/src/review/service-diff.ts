import { contractChanges } from '@signalbox/sdk/compatibility'
import type { Contract } from '@signalbox/sdk/contract'
import type { ContractChange } from '@signalbox/sdk/contract-change'
import { contractOf } from '@signalbox/sdk/provided-service'

type Contracts = Readonly<Record<string, Contract>>

export interface ServiceDiff {
  readonly service: string
  readonly major: number
  /** `added` and `removed` have no changes: there is nothing to compare with. */
  readonly kind: 'added' | 'removed' | 'changed' | 'same'
  readonly changes: readonly ContractChange[]
}

/** Each major of a service beside itself, in the release before. Pure. */
export function serviceDiffs(old: Contracts, now: Contracts): readonly ServiceDiff[] {
  const gone = Object.values(old).filter(({ id, major }) => !contractOf(now, id, major))
  return [
    ...Object.values(now).map((contract): ServiceDiff => {
      const { id: service, major } = contract
      const before = contractOf(old, service, major)
      if (before === undefined) return { service, major, kind: 'added', changes: [] }
      const changes = contractChanges(before, contract)
      return { service, major, kind: changes.length === 0 ? 'same' : 'changed', changes }
    }),
    ...gone.map(({ id, major }): ServiceDiff => {
      return { service: id, major, kind: 'removed', changes: [] }
    }),
  ]
}
