import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { searchPageRoutes } from '../../marketplace/src/listing/search-page-routes.ts'
import { percentile, rounded } from '../../sandbox/bench/figures.ts'
import { createKnex } from '../src/storage/create-knex.ts'
import { withDatabase } from '../src/storage/databases.ts'
import { EmbeddedPostgres } from '../src/storage/embedded-postgres.ts'
import { migrateUp } from '../src/storage/migrate.ts'
import { makePackages, searchesOf } from './marketplace-packages.ts'

const PACKAGES = 10_000
const WARM = 200

/**
 * Searches one after the other, through HTTP, over 10,000 packages in PostgreSQL as the host brings it along. All kinds
 * of questions in one: the slowest kind is named beside it.
 */
export async function measureSearch(searches = 2000): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-search-'))
  await chmod(folder, 0o755)
  const log = { info: () => undefined, warn: () => undefined }
  const server = await EmbeddedPostgres.start({ dataFolder: folder, password: 'bench', log })
  const admin = createKnex(server.url, { pool: 1 })
  await admin.raw('create database bench')
  await admin.destroy()
  const knex = createKnex(withDatabase(server.url, 'bench'), { pool: 4 })
  const app = Fastify({ logger: false })
  try {
    await migrateUp(knex)
    await makePackages(knex, PACKAGES, 'marketplace')
    const names: string[] = await knex('packages').pluck('name')
    searchPageRoutes(app, { knex, now: Date.now, hostVersion: '1.0.0' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const waits: { ms: number; path: string }[] = []
    for (const [index, path] of searchesOf(names.sort(), 'searches', searches + WARM).entries()) {
      const before = performance.now()
      const answer = await fetch(url + path)
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
      if (index >= WARM) waits.push({ ms: performance.now() - before, path })
    }
    const times = waits.map(({ ms }) => ms)
    const slowest = waits.toSorted((a, b) => b.ms - a.ms).slice(0, 5)
    return {
      search_ms_p95: rounded(percentile(times, 0.95)),
      search_ms_p50: rounded(percentile(times, 0.5)),
      search_ms_p99: rounded(percentile(times, 0.99)),
      search_packages: PACKAGES,
      search_slowest: slowest.map(({ ms, path }) => `${rounded(ms)} ${path}`),
    }
  } finally {
    await app.close()
    await knex.destroy()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
