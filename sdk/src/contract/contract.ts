import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FromSchema } from 'json-schema-to-ts'
import type { InputFault } from '../errors/coded-error.ts'
import { faultsOf, lateValidator, ownSchema } from '../schema/validate.ts'
import { contractSchema } from './contract-schema.ts'
import { deliveryFaults } from './delivery.ts'
import { linearRegExp } from './linear-regexp.ts'
import { schemaCostFaults } from './schema-cost.ts'
import { SENSITIVE, sensitiveFaults } from './sensitive-fields.ts'

export type Contract = FromSchema<typeof contractSchema>
export type ContractOperation = Contract['operations'][string]

export type ContractResult =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

const validator = lateValidator(() =>
  new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    allowUnionTypes: true,
    verbose: true,
    ...ownSchema,
  }).compile<Contract>(contractSchema),
)

/**
 * Checks a contract file: its own shape, that every schema in it compiles, and that every example fits.
 * @returns the contract, or every fault with a JSON pointer into the file.
 */
export function validateContract(value: unknown): ContractResult {
  const validate = validator()
  if (!validate(value)) return { ok: false, faults: faultsOf(validate) }
  const faults = Object.entries(value.operations).flatMap(([name, operation]) =>
    operationFaults(`/operations/${name}`, operation),
  )
  return faults.length === 0 ? { ok: true, contract: value } : { ok: false, faults }
}

/**
 * Compiles schemas that `schemaFaults` has passed: of a published contract they need no look at their own shape,
 * for which each compiler would compile the meta-schema, for 100 ms. They are an author's, so unknown keywords
 * pass, as JSON Schema says, and the first fault ends a check. Compiling takes milliseconds: once per version,
 * never on a request.
 */
export function contractCompiler(options: { coerce?: boolean } = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: false,
    validateFormats: true,
    validateSchema: false,
    logger: false,
    code: { regExp: linearRegExp, optimize: false },
    coerceTypes: options.coerce === true ? 'array' : false,
  })
  addFormats.default(ajv)
  // An annotation: it refuses nothing, but a mark that is no boolean is an author's slip.
  ajv.addKeyword({ keyword: SENSITIVE, schemaType: 'boolean' })
  return ajv
}

/**
 * Whether a host can use an author's schema: in a contract, for settings, arguments, events, extension points.
 * @returns what must change, with pointers relative to the schema
 */
export function schemaFaults(schema: unknown): readonly InputFault[] {
  const result = compiled(schema)
  return result.ok ? [] : result.faults
}

function operationFaults(pointer: string, operation: ContractOperation): InputFault[] {
  const faults = [...deliveryFaults(pointer, operation), ...cacheFaults(pointer, operation)]
  if (faults.length > 0) return faults
  return (['input', 'output'] as const).flatMap((side) => {
    const result = compiled(operation[side] ?? true)
    if (!result.ok) return below(`${pointer}/${side}`, result.faults)
    const { check } = result
    return (operation.examples ?? []).flatMap((example, index) =>
      !(side in example) || check(example[side])
        ? []
        : below(`${pointer}/examples/${index}/${side}`, faultsOf(check)),
    )
  })
}

/** What changes something has to happen each time, and bytes are kept nowhere. */
function cacheFaults(pointer: string, { cache, safe, delivery }: ContractOperation): InputFault[] {
  if (cache === undefined || (safe === true && delivery !== 'bytes')) return []
  const detail = 'is only of a safe operation that answers one JSON value'
  return [{ pointer: `${pointer}/cache`, detail }]
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** One for all: it compiles the meta-schema once. */
let metaSchema: Ajv2020 | undefined

type Compiled =
  | { readonly ok: true; readonly check: ValidateFunction }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

function compiled(schema: unknown): Compiled {
  const costs = schemaCostFaults(schema)
  const faults = costs.length > 0 ? costs : sensitiveFaults(schema)
  if (faults.length > 0) return { ok: false, faults }
  try {
    requireDialect(schema)
    metaSchema ??= new Ajv2020({ strict: false, logger: false, code: { optimize: false } })
    // Its answer is no promise: the meta-schema is none that waits.
    void metaSchema.validateSchema(schema as object, true)
    return { ok: true, check: contractCompiler().compile(schema as object) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const detail = `is not a usable JSON Schema: ${reason}`
    return { ok: false, faults: [{ pointer: '', detail }] }
  }
}

/** Another would be looked up among all there are parts of, and kept for ever under whatever name it came. */
function requireDialect(schema: unknown): void {
  const { $schema = DIALECT } = (schema ?? {}) as { readonly $schema?: unknown }
  if ($schema !== DIALECT && $schema !== `${DIALECT}#`) {
    throw new Error(`no schema with key or ref "${$schema}"`)
  }
}

function below(base: string, faults: readonly InputFault[]): InputFault[] {
  return faults.map(({ pointer, detail }) => ({ pointer: base + pointer, detail }))
}
