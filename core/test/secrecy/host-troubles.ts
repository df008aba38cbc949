import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { until } from '../../../sandbox/test/until.ts'
import { makeCanary } from '../support/canaries.ts'
import { failedStart, type Teardown, temporaryHome } from '../support/host-process.ts'
import type { OwnServerHost } from '../support/own-server-host.ts'
import type { Keeper, Secret } from './planted-secrets.ts'

/** What hosts say that cannot start: with a password that opens nothing, and with keys that are none. */
export async function failedStarts(
  t: Teardown,
  { hostUrl, keyFile }: OwnServerHost,
): Promise<{ readonly said: string; readonly secrets: readonly Secret[] }> {
  const [password, key] = [makeCanary('password'), makeCanary('key')]
  const home = await temporaryHome(t)
  const badFile = join(home, 'bad-keys')
  await writeFile(badFile, `${key}\n`, { mode: 0o600 })
  const wrong = new URL(hostUrl)
  wrong.password = password
  const nowhere = new URL(hostUrl)
  nowhere.pathname = '/nowhere'
  const unread = hostUrl.replace('@', '@@')
  const said: string[] = []
  for (const databaseUrl of [wrong.href, nowhere.href, unread]) {
    const environment = { SIGNALBOX_KEY_FILE: keyFile, LOG_LEVEL: 'trace' }
    said.push((await failedStart({ home, databaseUrl, environment })).errors)
  }
  for (const file of [badFile, key]) {
    const environment = { SIGNALBOX_KEY_FILE: file, LOG_LEVEL: 'trace' }
    said.push((await failedStart({ home, databaseUrl: hostUrl, environment })).errors)
  }
  if (said.some((one) => !one.includes('CORE_'))) throw new Error(`a host has started: ${said}`)
  return {
    said: said.join('\n'),
    secrets: [
      { name: 'a password that opens no database', value: password },
      { name: 'a line of a key file that is no key', value: key },
    ],
  }
}

/** Ends every connection to PostgreSQL while all kinds of secrets are on their way to it. */
export async function cutDatabase(
  { host, hostUrl }: OwnServerHost,
  { key, admin }: Keeper,
  secrets: readonly Secret[],
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: hostUrl })
  await client.connect()
  const told: string[] = []
  const ask = async (path: string, init: RequestInit) => {
    const answer = await fetch(`${host.url}${path}`, init).catch(() => undefined)
    if (answer !== undefined) told.push(await answer.text())
  }
  const texts = secrets.flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  const asking = texts.flatMap((text) => {
    const body = JSON.stringify({ tenant: 'acme', login: 'ann', password: text, ticket: text })
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const headers = { authorization: `Bearer ${encodeURIComponent(text)}` }
    return [
      () => ask('/v1/sign-in', json),
      () => ask('/v1/sign-in/reset:confirm', json),
      () => ask('/v1/me', { headers }),
    ]
  })
  const cutting = (async () => {
    for (let round = 0; round < 10; round++) {
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      )
    }
  })()
  await Promise.all([...asking.map((one) => one()), cutting])
  await client.end()
  await until(async () => (await fetch(`${host.url}/readyz`)).ok, 60_000)
  await until(
    () =>
      admin.request('GET', '/v1/units').then(
        () => true,
        () => false,
      ),
    60_000,
  )
  await ask('/api/intruder.one/v1/view', { headers: { authorization: `Bearer ${key}` } })
  return told
}
