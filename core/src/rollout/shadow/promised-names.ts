import type { ContractOperation } from '@signalbox/sdk/contract'

/** Contracts are immutable and compiled once a version: so are the names in them. */
const known = new WeakMap<ContractOperation, ReadonlySet<string>>()

/** Every property that the schema of an operation's output names, at any depth. */
export function promisedNames(definition: ContractOperation): ReadonlySet<string> {
  const before = known.get(definition)
  if (before !== undefined) return before
  const names = new Set<string>()
  collect(definition.output, names)
  known.set(definition, names)
  return names
}

/** A schema's depth is bounded where contracts are checked. */
function collect(schema: unknown, names: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return
  for (const [keyword, part] of Object.entries(schema)) {
    if (keyword === 'properties' && typeof part === 'object' && part !== null) {
      for (const name of Object.keys(part)) names.add(name)
    }
    collect(part, names)
  }
}
