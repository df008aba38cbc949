import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Contract } from './contract.ts'

/**
 * Events that a contract offers and the plugin does not declare: nobody could ever hear one.
 * @returns faults with pointers into the contract
 */
export function offeredEventFaults(contract: Contract, manifest: Manifest): readonly InputFault[] {
  const declared = (manifest.provides?.events ?? []).map(({ type }) => type)
  return (contract.events ?? []).flatMap(({ type }, index) => {
    const pointer = `/events/${index}/type`
    if (!declared.includes(type)) {
      const detail = `"${type}" is no event of the manifest: declare it in provides.events`
      return [{ pointer, detail }]
    }
    const isFirst = contract.events?.findIndex((one) => one.type === type) === index
    return isFirst ? [] : [{ pointer, detail: `"${type}" is offered twice: remove one` }]
  })
}
