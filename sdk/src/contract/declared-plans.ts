import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { type DeclaredPlan, hostUnits } from '../manifest/plan-terms.ts'
import type { Contract } from './contract.ts'
import { contractOf } from './provided-service.ts'

/** @returns the plans that a manifest declares for one major of a service, in its order */
export function declaredPlans(
  { terms }: Pick<Manifest, 'terms'>,
  id: string,
  major: number,
): readonly DeclaredPlan[] {
  return (terms?.plans ?? []).filter(({ service }) => service === `${id}@${major}`)
}

/**
 * Declared plans beside the contracts: a unit that nothing counts would be a price that nobody ever pays.
 * @returns faults with pointers into the manifest
 */
export function declaredPlanFaults(
  { terms }: Pick<Manifest, 'terms'>,
  contracts: Readonly<Record<string, Contract>>,
): readonly InputFault[] {
  return (terms?.plans ?? []).flatMap(({ service, price, fields }, index) => {
    const pointer = `/terms/plans/${index}`
    const [id = '', major] = service.split('@')
    const contract = contractOf(contracts, id, Number(major))
    if (contract === undefined) {
      return [{ pointer: `${pointer}/service`, detail: `no contract of the package is ${service}` }]
    }
    const operations = Object.values(contract.operations)
    const units = [...hostUnits, ...operations.flatMap((operation) => operation.units ?? [])]
    const unit = price === undefined || units.includes(price.unit) ? [] : [units.join(', ')]
    const unknown = Object.keys(fields ?? {}).filter(
      (name) => !Object.hasOwn(contract.operations, name),
    )
    return [
      ...unit.map((known) => ({
        pointer: `${pointer}/price/unit`,
        detail: `must be one of ${known}`,
      })),
      ...unknown.map((name) => ({
        pointer: `${pointer}/fields/${name}`,
        detail: `must be an operation of ${service}`,
      })),
    ]
  })
}
