import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Contract } from './contract.ts'

/**
 * Lineage of operations that the contract does not have.
 * @returns faults with pointers into the contract
 */
export function lineageOperationFaults(
  { id, operations }: Contract,
  { lineage }: Manifest,
): readonly InputFault[] {
  return Object.keys(lineage?.operations ?? {})
    .map((key) => key.split('/'))
    .filter(([service, name = '']) => service === id && !Object.hasOwn(operations, name))
    .map(([, name]) => ({
      pointer: '/operations',
      detail: `"${name}" is none of them, and the lineage of the manifest names it`,
    }))
}
