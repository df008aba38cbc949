import type { InputFault } from '../errors/coded-error.ts'
import type { Contract } from './contract.ts'

/** Contracts of a version, by their names under `provides.services`. */
type Contracts = Readonly<Record<string, Contract>>

/** @returns the contract, under whatever name the version has it */
export function contractOf(contracts: Contracts, id: string, major: number): Contract | undefined {
  return Object.values(contracts).find((one) => one.id === id && one.major === major)
}

/**
 * A service is named in the manifest, and in the plugin's code, by its id. A version that serves two majors of it beside
 * each other names one of them, or both, with the major: `orders.demand@2`.
 * @param others that the version provides
 * @returns why the contract cannot stand under the name, with a place in its file
 */
export function nameFault(
  name: string,
  contract: Contract,
  others: Contracts,
): InputFault | undefined {
  const { id, major } = contract
  const full = `${id}@${major}`
  if (name !== id && name !== full) {
    const isOtherMajor = name.startsWith(`${id}@`)
    const wanted = isOtherMajor ? name.slice(id.length + 1) : `"${name.replace(/@.*$/, '')}"`
    const pointer = isOtherMajor ? '/major' : '/id'
    return { pointer, detail: `must be ${wanted}, as the manifest names the service` }
  }
  if (contractOf(others, id, major) === undefined) return undefined
  return { pointer: '/major', detail: `is provided twice: ${full} has another contract already` }
}
