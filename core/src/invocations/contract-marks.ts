import type { ContractOperation } from '@signalbox/sdk/contract'
import { type SensitiveFields, sensitiveFields } from '@signalbox/sdk/sensitive'
import { operationsNamed } from '../catalog/operation-of.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import { plainName } from './redactor.ts'

export interface OperationMarks {
  readonly input: SensitiveFields | undefined
  readonly output: SensitiveFields | undefined
}

/** Contracts are immutable and compiled once a version: so are their marks. */
const ofOperations = new WeakMap<ContractOperation, OperationMarks>()
const ofVersions = new WeakMap<InstalledVersion, ReadonlySet<string>>()

export function marksOf(definition: ContractOperation): OperationMarks {
  const known = ofOperations.get(definition)
  if (known !== undefined) return known
  const { input, output } = definition
  const marks = { input: sensitiveFields(input), output: sensitiveFields(output ?? true) }
  ofOperations.set(definition, marks)
  return marks
}

/**
 * The names of every property that any contract of the version marks. A row of a table has no schema: a
 * column of such a name, written with or without `_`, is taken to hold the same thing.
 */
export function markedNames(version: InstalledVersion): ReadonlySet<string> {
  const known = ofVersions.get(version)
  if (known !== undefined) return known
  const names = new Set<string>()
  for (const { definition } of version.operations.values()) {
    for (const fields of Object.values(marksOf(definition)) as (SensitiveFields | undefined)[]) {
      for (const name of fields?.names ?? []) names.add(plainName(name))
    }
  }
  ofVersions.set(version, names)
  return names
}

/**
 * What the contracts of a called service mark: those of every installed version and major, as the request
 * alone does not tell which one answered.
 */
export function marksOfService(
  snapshot: Snapshot,
  service: string,
  operation: string,
): readonly OperationMarks[] {
  const id = service.replace(/@.*$/, '')
  return [...snapshot.versions.values()].flatMap(({ operations }) =>
    operationsNamed(operations, id, operation).map(({ definition }) => marksOf(definition)),
  )
}
