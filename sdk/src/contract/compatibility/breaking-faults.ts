import type { InputFault } from '../../errors/coded-error.ts'
import type { Contract } from '../contract.ts'
import { contractOf } from '../provided-service.ts'
import type { ContractChange } from './change.ts'
import { contractChanges } from './contract-changes.ts'

/**
 * What keeps a version from being released within the majors of its contracts: each breaking change with its place and
 * the cure. A service that is new, or a major that is, breaks nobody; each major is compared with itself.
 * @param old by the names under `provides.services`, as `now`; `service` of a fault is such a name of `now`
 */
export function breakingFaults(
  old: Readonly<Record<string, Contract>>,
  now: Readonly<Record<string, Contract>>,
): readonly (InputFault & { readonly service: string })[] {
  return Object.entries(now).flatMap(([service, contract]) => {
    const before = contractOf(old, contract.id, contract.major)
    if (before === undefined) return []
    return contractChanges(before, contract)
      .filter(({ kind }) => kind === 'breaking')
      .slice(0, MAX_FAULTS)
      .map((change) => ({ service, pointer: change.pointer, detail: detailOf(change, contract) }))
  })
}

/** As many as an author mends at once. */
const MAX_FAULTS = 20

function detailOf({ sentence }: ContractChange, { id, major }: Contract): string {
  return `${sentence.en} ${sentence['zh-CN']} Take it back, or make it ${id} of major ${major + 1}. 请撤回此更改，或将主版本提高到 ${major + 1}。`
}
