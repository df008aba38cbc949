import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin } from '@signalbox/sdk'
import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import pg from 'pg'
import type { Test } from 'tap'
import plugin from '../../src/index.ts'

const folder = new URL('../../', import.meta.url)
/** Where the run of tests wrote which PostgreSQL it started. */
const server = new URL('../../../../.tap/postgres.json', import.meta.url)

/** The plugin on a host of tests, with the table of sampling schemes on a PostgreSQL of this test alone. */
export async function samplingHost(t: Test): Promise<{ host: TestHost; client: pg.Client }> {
  const { url } = JSON.parse(await readFile(server, 'utf8')) as { url: string }
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  const own = new URL(url)
  own.pathname = `/${name}`
  const client = new pg.Client({ connectionString: own.href })
  await client.connect()
  t.teardown(async () => {
    await client.end()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
  await client.query(await migration('expand.sql'))
  const host = await createTestHost({
    folder: fileURLToPath(folder),
    plugin: plugin as unknown as Plugin,
    answers: {
      database: async (sql, parameters) => {
        const { rows, rowCount } = await client.query(sql, [...parameters])
        return { rows, rowCount: rowCount ?? 0 }
      },
    },
  })
  return { host, client }
}

export function migration(ending: 'expand.sql' | 'expand.down.sql'): Promise<string> {
  return readFile(new URL(`migrations/0002-sampling-schemes.${ending}`, folder), 'utf8')
}
