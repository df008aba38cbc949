import type { Test } from 'tap'
import {
  tenantDatabase as databaseOf,
  type OwnDatabase,
  ownDatabase as ownDatabaseOf,
} from '../../../sdk/test/tenant-database.ts'

export type { OwnDatabase }

const folder = new URL('../', import.meta.url)

/** The tables of this plugin. @param max connections at once */
export function ownDatabase(t: Test, max: number): Promise<OwnDatabase> {
  return ownDatabaseOf(t, folder, max)
}

/** The same, as a host of tests asks it. */
export function tenantDatabase(t: Test) {
  return databaseOf(t, folder)
}
