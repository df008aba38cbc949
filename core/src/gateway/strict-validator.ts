import { faultsOf, lateValidator } from '@signalbox/sdk/schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifySchemaCompiler } from 'fastify'
import { illFormedIn } from './ill-formed-text.ts'

/** Making a check's code shorter takes as long again as compiling it, and V8 does it anyway. */
const code = { optimize: false } as const

/** Bodies are taken as they are: nothing is coerced, nothing unknown is dropped in silence. */
const forBodies = new Ajv2020({ allErrors: true, strict: false, useDefaults: true, code })

/** Path and query are text by nature: numbers and booleans are read from it. */
const forTexts = new Ajv2020({
  allErrors: true,
  strict: false,
  useDefaults: true,
  coerceTypes: 'array',
  code,
})

/**
 * Validation of the host's own routes; the faults carry JSON pointers. Whatever a schema says of texts, they are Unicode: what
 * is no text could be neither stored nor signed. Calls of data services have a validation of their own. A route's schema is compiled by its first
 * request: all of them together take a quarter of a second of a start.
 */
export const strictValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  const validator = lateValidator(() => {
    return (httpPart === 'body' ? forBodies : forTexts).compile(schema)
  })
  return (value: unknown) => {
    const illFormed = illFormedIn(value)
    if (illFormed.length > 0) return { error: illFormed as never }
    const validate = validator()
    if (validate(value)) return { value }
    return { error: faultsOf(validate) as never }
  }
}
