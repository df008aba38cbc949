import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Contract } from './contract.ts'

/**
 * Operations that require what the plugin does not declare: nobody could ever hold it.
 * @returns faults with pointers into the contract
 */
export function permissionFaults(contract: Contract, manifest: Manifest): readonly InputFault[] {
  const declared = (manifest.provides?.permissions ?? []).map(({ id }) => id)
  return Object.entries(contract.operations).flatMap(([name, { requires, requiresIn }]) => {
    if (requires === undefined && requiresIn !== undefined) {
      const detail = 'says where "requires" has to be held, and the operation requires nothing'
      return [{ pointer: `/operations/${name}/requiresIn`, detail }]
    }
    if (requires === undefined || declared.includes(requires)) return []
    const detail = `"${requires}" is no permission of the manifest: declare it in provides.permissions`
    return [{ pointer: `/operations/${name}/requires`, detail }]
  })
}
