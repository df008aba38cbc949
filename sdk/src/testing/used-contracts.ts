import type { ValidateFunction } from 'ajv/dist/2020.js'
import { contractCompiler, schemaFaults, validateContract } from '../contract/contract.ts'
import type { InputFault } from '../errors/coded-error.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import { hostRefusals } from '../host-calls/host-refusals.ts'
import { usedFiles } from '../pack/used-files.ts'
import { faultsOf } from '../schema/validate.ts'

/** What other plugins promise, as the author keeps it in `uses/` of the folder: see sdk/docs/types.md. */
export interface UsedContracts {
  /** Operations by name, for each `service@major` whose contract is there. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, UsedOperation>>
  /** Of the data of events, by type. */
  readonly events: ReadonlyMap<string, ValidateFunction>
}

interface UsedOperation {
  readonly validateInput: ValidateFunction
  readonly validateOutput: ValidateFunction
}

/** @throws SDK_FILES_INVALID where a file in `uses/` is no contract, or no schema that a host could use */
export async function readUsedContracts(folder: string, plugin: string): Promise<UsedContracts> {
  const services = new Map<string, ReadonlyMap<string, UsedOperation>>()
  const events = new Map<string, ValidateFunction>()
  const faults: InputFault[] = []
  const faulty = (name: string, found: readonly InputFault[]) => {
    faults.push(...found.map((fault) => ({ ...fault, at: `uses/${name}.json` })))
  }
  for (const [name, value] of await usedFiles(folder)) {
    if (name.includes('@')) {
      const read = validateContract(value)
      if (read.ok) services.set(name, compiledOperations(read.contract.operations))
      else faulty(name, read.faults)
      continue
    }
    const found = schemaFaults(value)
    if (found.length === 0) events.set(name, contractCompiler().compile(value as object))
    else faulty(name, found)
  }
  if (faults.length > 0) throw sdkErrors.create('FILES_INVALID', { plugin }, { faults })
  return { services, events }
}

function compiledOperations(
  operations: Readonly<Record<string, { readonly input?: unknown; readonly output?: unknown }>>,
): ReadonlyMap<string, UsedOperation> {
  const compiled = (schema: unknown) => contractCompiler().compile((schema ?? true) as object)
  return new Map(
    Object.entries(operations).map(([name, { input, output }]) => [
      name,
      { validateInput: compiled(input), validateOutput: compiled(output) },
    ]),
  )
}

/**
 * Holds a call of another service to its contract, where that is known.
 * @param ask what answers it
 * @throws CORE_OPERATION_MISSING, CORE_INPUT_INVALID, CORE_ANSWER_BREAKS_CONTRACT, as a real host
 */
export async function askUsed(
  used: UsedContracts,
  asked: { readonly service: string; readonly major: number; readonly operation: string },
  input: unknown,
  ask: (input: unknown) => unknown,
): Promise<unknown> {
  const { service, major, operation } = asked
  const operations = used.services.get(`${service}@${major}`)
  if (operations === undefined) return (await ask(input)) ?? null
  const found = operations.get(operation)
  if (found === undefined) {
    throw hostRefusals.create('OPERATION_MISSING', { service, major, operation })
  }
  const { validateInput, validateOutput } = found
  if (!validateInput(input)) {
    throw hostRefusals.create('INPUT_INVALID', {}, { faults: faultsOf(validateInput) })
  }
  const output: unknown = JSON.parse(JSON.stringify((await ask(input)) ?? null))
  if (validateOutput(output)) return output
  const told = { plugin: service, version: String(major), operation }
  throw hostRefusals.create('ANSWER_BREAKS_CONTRACT', told, { faults: faultsOf(validateOutput) })
}
