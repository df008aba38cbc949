import type { ErrorParameters, InputFault } from '@signalbox/sdk/errors'
import type { PackageErrorName } from './package-errors.ts'

/** A refusal on its way out of the import process, where no catalogue is at hand: its name and its places. */
export class PackageRefusal extends Error {
  readonly refusal: PackageErrorName
  readonly parameters: ErrorParameters
  readonly faults: readonly InputFault[]

  constructor(
    refusal: PackageErrorName,
    parameters: ErrorParameters,
    faults: readonly InputFault[] = [],
    options?: ErrorOptions,
  ) {
    super(refusal, options)
    this.refusal = refusal
    this.parameters = parameters
    this.faults = faults
  }
}
