import type { ValidateFunction } from 'ajv/dist/2020.js'
import { type Manifest, runtimeLimits } from '../manifest/manifest.ts'
import { type Contract, type ContractOperation, contractCompiler } from './contract.ts'

export interface CompiledOperation {
  readonly service: string
  readonly major: number
  readonly name: string
  /** Where its handler stands in the plugin's code, under `services`: the service, or `service@major`. */
  readonly table: string
  readonly definition: ContractOperation
  readonly deadlineMs: number
  readonly validateInput: ValidateFunction
  readonly validateOutput: ValidateFunction
  /** As validateInput, for the query of a GET: texts become the numbers and booleans the schema asks for. */
  readonly validateQuery: ValidateFunction
}

/**
 * Compiles the contracts of one version. Costs some milliseconds: done at load, never on a request.
 * @param contracts by the names under `provides.services`
 * @returns by name and operation: see operation-of.ts
 */
export function compileContracts(
  manifest: Manifest,
  contracts: Readonly<Record<string, Contract>>,
): ReadonlyMap<string, CompiledOperation> {
  const limits = runtimeLimits(manifest)
  const operations = new Map<string, CompiledOperation>()
  for (const [table, contract] of Object.entries(contracts)) {
    for (const [name, definition] of Object.entries(contract.operations)) {
      operations.set(`${table}/${name}`, {
        service: contract.id,
        major: contract.major,
        name,
        table,
        definition,
        deadlineMs: Math.min(definition.deadlineMs ?? limits.deadlineMs, limits.deadlineMs),
        validateInput: contractCompiler().compile(definition.input as object),
        validateOutput: contractCompiler().compile((definition.output ?? true) as object),
        validateQuery: contractCompiler({ coerce: true }).compile(definition.input as object),
      })
    }
  }
  return operations
}
