import { iso2859Part1, milStd105e } from './mil-std-105e.ts'
import type { SchemeTables } from './scheme-tables.ts'

const schemes: readonly SchemeTables[] = [milStd105e, iso2859Part1]

export const builtInSchemes = schemes

export function builtInScheme(scheme: string): SchemeTables | undefined {
  return schemes.find((candidate) => candidate.scheme === scheme)
}
