import type { Test } from 'tap'
import { tenantDatabase as databaseOf } from '../../../sdk/test/tenant-database.ts'

/** The tables of this plugin. */
export function tenantDatabase(t: Test) {
  return databaseOf(t, new URL('../', import.meta.url))
}
