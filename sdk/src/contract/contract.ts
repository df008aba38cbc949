import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FromSchema } from 'json-schema-to-ts'
import type { InputFault } from '../errors/coded-error.ts'
import { faultsOf } from '../schema/validate.ts'
import { contractSchema } from './contract-schema.ts'
import { linearRegExp } from './linear-regexp.ts'
import { schemaCostFaults } from './schema-cost.ts'

export type Contract = FromSchema<typeof contractSchema>
export type ContractOperation = Contract['operations'][string]

export type ContractResult =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  allowUnionTypes: true,
  verbose: true,
}).compile<Contract>(contractSchema)

/**
 * Checks a contract file: its own shape, that every schema in it compiles, and that every example fits.
 * @returns the contract, or every fault with a JSON pointer into the file.
 */
export function validateContract(value: unknown): ContractResult {
  if (!validate(value)) return { ok: false, faults: faultsOf(validate) }
  const faults = Object.entries(value.operations).flatMap(([name, operation]) =>
    operationFaults(`/operations/${name}`, operation),
  )
  return faults.length === 0 ? { ok: true, contract: value } : { ok: false, faults }
}

/**
 * Compiles the schemas of contracts. They are an author's, so unknown keywords pass, as JSON Schema says, and
 * the first fault ends a check. Compiling takes milliseconds: once per version, never on a request.
 */
export function contractCompiler(options: { coerce?: boolean } = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: false,
    validateFormats: true,
    logger: false,
    code: { regExp: linearRegExp },
    coerceTypes: options.coerce === true ? 'array' : false,
  })
  addFormats.default(ajv)
  return ajv
}

function operationFaults(pointer: string, operation: ContractOperation): InputFault[] {
  const faults: InputFault[] = []
  for (const side of ['input', 'output'] as const) {
    const costs = schemaCostFaults(operation[side])
    if (costs.length > 0) {
      faults.push(
        ...costs.map((fault) => ({
          pointer: `${pointer}/${side}${fault.pointer}`,
          detail: fault.detail,
        })),
      )
      continue
    }
    const check = compile(operation[side])
    if (typeof check === 'string') {
      faults.push({
        pointer: `${pointer}/${side}`,
        detail: `is not a usable JSON Schema: ${check}`,
      })
      continue
    }
    for (const [index, example] of (operation.examples ?? []).entries()) {
      if (!(side in example) || check(example[side])) continue
      faults.push(
        ...faultsOf(check).map((fault) => ({
          pointer: `${pointer}/examples/${index}/${side}${fault.pointer}`,
          detail: fault.detail,
        })),
      )
    }
  }
  return faults
}

function compile(schema: unknown): ReturnType<Ajv2020['compile']> | string {
  try {
    return contractCompiler().compile(schema as object)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
