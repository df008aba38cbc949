import type { CompiledOperation } from './compile-contract.ts'

/**
 * An operation of a version. A service stands there under its id, which is found at the first look; of a version that serves
 * two majors one stands under `id@major`.
 */
export function operationOf(
  operations: ReadonlyMap<string, CompiledOperation>,
  service: string,
  major: number,
  name: string,
): CompiledOperation | undefined {
  const found = operations.get(`${service}/${name}`)
  if (found?.major === major) return found
  return operations.get(`${service}@${major}/${name}`)
}

/** The same of every major that the version serves. */
export function operationsNamed(
  operations: ReadonlyMap<string, CompiledOperation>,
  service: string,
  name: string,
): readonly CompiledOperation[] {
  return [...operations.values()].filter((one) => one.service === service && one.name === name)
}
