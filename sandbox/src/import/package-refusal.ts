import type { InputFault } from '@signalbox/sdk/errors'
import type { PackageErrorName } from './package-errors.ts'

/** A refusal on its way out of the import process, where no catalogue is at hand: its name and its places. */
export class PackageRefusal extends Error {
  readonly refusal: PackageErrorName
  readonly parameters: Readonly<Record<string, string | number>>
  readonly faults: readonly InputFault[]

  constructor(
    refusal: PackageErrorName,
    parameters: Readonly<Record<string, string | number>>,
    faults: readonly InputFault[] = [],
    options?: ErrorOptions,
  ) {
    super(refusal, options)
    this.refusal = refusal
    this.parameters = parameters
    this.faults = faults
  }
}
