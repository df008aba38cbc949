import type { CompiledOperation } from '@signalbox/sdk/compile-contract'

/** An operation of a version, which may serve two majors of a service. */
export function operationOf(
  operations: ReadonlyMap<string, CompiledOperation>,
  service: string,
  major: number,
  name: string,
): CompiledOperation | undefined {
  const index = indexes.get(operations) ?? indexed(operations)
  return index
    .get(service)
    ?.get(name)
    ?.find((one) => one.major === major)
}

type Index = ReadonlyMap<string, ReadonlyMap<string, readonly CompiledOperation[]>>

/** Of a version that was compiled once: by its key a call would have to put together a text for each look. */
const indexes = new WeakMap<ReadonlyMap<string, CompiledOperation>, Index>()

function indexed(operations: ReadonlyMap<string, CompiledOperation>): Index {
  const index = new Map<string, Map<string, CompiledOperation[]>>()
  for (const one of operations.values()) {
    const named = index.get(one.service) ?? new Map<string, CompiledOperation[]>()
    index.set(one.service, named.set(one.name, [...(named.get(one.name) ?? []), one]))
  }
  indexes.set(operations, index)
  return index
}

/** The same of every major that the version serves. */
export function operationsNamed(
  operations: ReadonlyMap<string, CompiledOperation>,
  service: string,
  name: string,
): readonly CompiledOperation[] {
  return [...operations.values()].filter((one) => one.service === service && one.name === name)
}
