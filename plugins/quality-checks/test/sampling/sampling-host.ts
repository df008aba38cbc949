import { readFile } from 'node:fs/promises'
import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import plugin from '../../src/index.ts'
import { sharedHost } from '../shared-host.ts'
import { tenantDatabase } from '../tenant-database.ts'

const folder = new URL('../../', import.meta.url)
const database = await tenantDatabase(t)
const begin = sharedHost(
  () => createTestHost({ folder, plugin, answers: { database } }),
  database.empty,
)

/** The plugin on a host of tests, with its tables on a PostgreSQL of this file alone. */
export async function samplingHost() {
  return { host: await begin(), client: database.client }
}

export function dropSchemes(): Promise<string> {
  return readFile(new URL('migrations/0002-sampling-schemes.expand.down.sql', folder), 'utf8')
}
