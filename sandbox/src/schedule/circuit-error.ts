import type { CodedError } from '@signalbox/sdk/errors'
import { sandboxErrors } from '../sandbox-errors.ts'
import { STRIKES_ALLOWED } from './circuit.ts'
import type { Admission, StrikingVersion } from './strikes.ts'

/** What is told whose version is not called for a while; undefined when it is. */
export function circuitError(
  { plugin, version }: Pick<StrikingVersion, 'plugin' | 'version'>,
  admission: Admission,
): CodedError | undefined {
  if (admission.kind !== 'refused') return undefined
  const { strikes, retryAfterS } = admission
  const parameters = { plugin, version, reached: strikes, limit: STRIKES_ALLOWED }
  return sandboxErrors.create('CIRCUIT_OPEN', parameters, { retryAfterS })
}
