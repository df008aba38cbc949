import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Contract } from './contract.ts'

/**
 * Operations that require what the plugin does not declare: nobody could ever hold it.
 * @returns faults with pointers into the contract
 */
export function permissionFaults(contract: Contract, manifest: Manifest): readonly InputFault[] {
  const declared = (manifest.provides?.permissions ?? []).map(({ id }) => id)
  return Object.entries(contract.operations).flatMap(([name, { requires }]) => {
    if (requires === undefined || declared.includes(requires)) return []
    const detail = `"${requires}" is no permission of the manifest: declare it in provides.permissions`
    return [{ pointer: `/operations/${name}/requires`, detail }]
  })
}
