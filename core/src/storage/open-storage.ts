import type { FastifyBaseLogger } from 'fastify'
import type { Settings } from '../settings.ts'
import type { DataFolder } from './data-folder.ts'
import { type DatabaseUrls, prepareDatabases, withDatabase } from './databases.ts'
import { EmbeddedPostgres } from './embedded-postgres.ts'

export interface Storage extends DatabaseUrls {
  stop(): Promise<void>
}

/** The two databases: on the server that DATABASE_URL names, or on one of the host's own. */
export async function openStorage(
  settings: Settings,
  folder: DataFolder,
  log: FastifyBaseLogger,
): Promise<Storage> {
  if (settings.databaseUrl !== null) {
    const { databaseUrl, pluginDatabaseUrl } = settings
    const urls = await prepareDatabases({ databaseUrl, pluginDatabaseUrl })
    return { ...urls, stop: async () => undefined }
  }
  const password = await folder.readOrCreateSecret('postgres-password')
  const server = await EmbeddedPostgres.start({ dataFolder: folder.path, password, log })
  try {
    const urls = await prepareDatabases({ databaseUrl: withDatabase(server.url, 'signalbox') })
    return { ...urls, stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}
