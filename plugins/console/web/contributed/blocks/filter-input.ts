import { filterValue, type Operation } from '../contract-input.ts'
import type { FilterSpec } from '../page-spec.ts'

/** What the filters in the address ask of an operation; what it does not take stays out. Pure. */
export function filterInput(
  filters: readonly FilterSpec[],
  { input }: Operation,
  params: ReadonlyMap<string, string>,
  zone = 'UTC',
): Record<string, unknown> {
  const asked: Record<string, unknown> = {}
  for (const { param } of filters) {
    const value = filterValue(input, param, params.get(param) ?? '', zone)
    if (value !== undefined) asked[param] = value
  }
  return asked
}
