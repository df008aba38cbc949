import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { InputFault } from '../errors/coded-error.ts'

/** How many faults one answer lists: enough to mend a page of JSON, bounded so that hostile input stays cheap. */
const MAX_FAULTS = 20

/** Turns what ajv found into faults an author can act on: a pointer, what was expected there. */
export function faultsOf(validate: ValidateFunction): readonly InputFault[] {
  return (validate.errors ?? []).slice(0, MAX_FAULTS).map(faultOf)
}

function faultOf(error: ErrorObject): InputFault {
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        pointer: `${error.instancePath}/${escapePointer(String(params.additionalProperty))}`,
        detail: 'is not a known property: remove it or correct its name',
      }
    case 'required':
      return {
        pointer: `${error.instancePath}/${escapePointer(String(params.missingProperty))}`,
        detail: 'is required: add it',
      }
    case 'enum':
      return {
        pointer: error.instancePath,
        detail: `must be one of ${JSON.stringify(params.allowedValues)}`,
      }
    case 'propertyNames':
      return {
        pointer: `${error.instancePath}/${escapePointer(String(params.propertyName))}`,
        detail: 'is not an allowed name here',
      }
    default:
      return { pointer: error.instancePath, detail: error.message ?? error.keyword }
  }
}

/** RFC 6901: `~` and `/` inside a reference token. */
function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}
