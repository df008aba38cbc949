import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo } from './json-pointer.ts'

/** How many faults one answer lists: enough to mend a page of JSON, bounded so that hostile input stays cheap. */
const MAX_FAULTS = 20

/** Turns what ajv found into faults an author can act on: a pointer, what was expected there. */
export function faultsOf(validate: ValidateFunction): readonly InputFault[] {
  return (validate.errors ?? [])
    .filter(({ propertyName }) => propertyName === undefined)
    .slice(0, MAX_FAULTS)
    .map(faultOf)
}

function faultOf({
  instancePath,
  keyword,
  message,
  params,
  parentSchema,
}: ErrorObject): InputFault {
  const child = (name: unknown) => pointerTo(instancePath, String(name))
  switch (keyword) {
    case 'additionalProperties':
      return { pointer: child(params.additionalProperty), detail: unknownProperty(parentSchema) }
    case 'required':
      return { pointer: child(params.missingProperty), detail: 'is required: add it' }
    case 'propertyNames':
      return { pointer: child(params.propertyName), detail: 'is not an allowed name here' }
    case 'enum':
      return {
        pointer: instancePath,
        detail: `must be one of ${JSON.stringify(params.allowedValues)}`,
      }
    case 'const':
      return { pointer: instancePath, detail: `must be ${JSON.stringify(params.allowedValue)}` }
    default:
      return { pointer: instancePath, detail: withMeaning(message ?? keyword, parentSchema) }
  }
}

/** Names the known properties where the schema was compiled with `verbose` and has few enough to read. */
function unknownProperty(schema: ErrorObject['parentSchema']): string {
  const known = Object.keys((schema?.properties as object | undefined) ?? {})
  return known.length === 0 || known.length > 24
    ? 'is not a known property: remove it or correct its name'
    : `is not a known property: remove it, or use one of ${known.join(', ')}`
}

/** A pattern says little to a person; the description beside it says what was meant. */
function withMeaning(message: string, schema: ErrorObject['parentSchema']): string {
  const { description } = schema ?? {}
  return typeof description === 'string' ? `${message}. ${description}` : message
}

/**
 * For a schema of our own, which a test holds against its meta-schema: to compile that too takes as long as the schema.
 * And so does making the code shorter (`optimize`), which V8 does anyway: the check is no slower without.
 */
export const ownSchema = { validateSchema: false, code: { optimize: false } } as const

/**
 * Compiles a schema when it is first asked for: it takes up to 150 ms, and most processes that import one never
 * check anything by it.
 */
export function lateValidator<T>(compile: () => ValidateFunction<T>): () => ValidateFunction<T> {
  let validate: ValidateFunction<T> | undefined
  return () => {
    validate ??= compile()
    return validate
  }
}
