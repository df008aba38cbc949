import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestHost } from '@signalbox/sdk/testing'
import pg from 'pg'
import type { Test } from 'tap'
import type { Json } from '../logistics-cases.ts'

const folder = new URL('../../', import.meta.url)
/** Where the run of tests wrote which PostgreSQL it started. */
const server = new URL('../../../../.tap/postgres.json', import.meta.url)

/** The plugin on a test host, its statements on a real PostgreSQL with the tables of its migrations. */
export async function epcisHost(t: Test, plugin: Json) {
  const { url } = JSON.parse(await readFile(server, 'utf8')) as { url: string }
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: own.href, max: 1 })
  t.teardown(async () => {
    await pool.end()
    const backends = 'select from pg_stat_activity where datname = $1'
    for (let tries = 0; tries < 200; tries++) {
      if ((await admin.query(backends, [name])).rowCount === 0) break
      await delay(10)
    }
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  const steps = (await readdir(new URL('migrations/', folder))).filter((one) =>
    one.endsWith('.expand.sql'),
  )
  for (const step of steps.sort()) {
    await pool.query(await readFile(new URL(`migrations/${step}`, folder), 'utf8'))
  }
  const host = await createTestHost({
    folder,
    plugin,
    now: Date.parse('2026-03-01T00:00:00Z'),
    answers: {
      database: async (sql, parameters) => {
        const { rows, rowCount } = await pool.query(sql, [...parameters])
        return { rows, rowCount: rowCount ?? 0 }
      },
    },
  })
  return { host, pool }
}
