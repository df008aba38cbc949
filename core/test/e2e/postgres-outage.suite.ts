import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openDataFolder } from '../../src/storage/data-folder.ts'
import { withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { callProbe, installProbe, type Reply, setUpTenant } from '../support/probe.ts'

const silent = { info: () => undefined, warn: () => undefined }

/** A server of the test's own, so that it can be stopped and started under a host that does not know why. */
async function startServer(
  home: string,
): Promise<{ server: EmbeddedPostgres; release(): Promise<void> }> {
  const folder = await openDataFolder(home)
  const password = await folder.readOrCreateSecret('postgres-password')
  const server = await EmbeddedPostgres.start({ dataFolder: folder.path, password, log: silent })
  return { server, release: () => folder.release() }
}

const PATIENCE_MS = 60_000

async function until(isReached: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !isReached(); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`)
  }
}

t.test(
  'PostgreSQL stopped and started under load: clear 503s, recovery, nothing acknowledged lost',
  async (t) => {
    const serverHome = await temporaryHome(t)
    let postgres = await startServer(serverHome)
    t.teardown(async () => {
      await postgres.server.stop()
      await postgres.release()
    })
    const databaseUrl = withDatabase(postgres.server.url, 'signalbox')
    const host = await HostProcess.start(t, { databaseUrl })
    await installProbe(host)
    const acme = await setUpTenant(host, 'acme')

    let isLoading = true
    const acknowledged: string[] = []
    const statuses = new Map<string, number>()
    const count = (kind: string, { status, body }: Reply) => {
      const code = status === 200 ? 'done' : body.code
      const key = `${kind} ${status} ${code}`
      statuses.set(key, (statuses.get(key) ?? 0) + 1)
    }
    const writer = async (name: string) => {
      for (let note = 0; isLoading; note++) {
        const text = `${name}-${note}`
        const reply = await callProbe(host, acme.key, 'addNote', { text })
        count('write', reply)
        if (reply.status === 200) acknowledged.push(text)
        await delay(20)
      }
    }
    const reader = async () => {
      while (isLoading) {
        count('read', await callProbe(host, acme.key, 'echo', { text: 'x' }))
        await delay(20)
      }
    }
    const load = Promise.all([writer('a'), writer('b'), reader()])

    const counted = async (key: string, more: number) => {
      const wanted = (statuses.get(key) ?? 0) + more
      await until(() => (statuses.get(key) ?? 0) >= wanted, `${more} more of "${key}"`)
    }
    await counted('write 200 done', 20)
    await counted('read 200 done', 20)
    await postgres.server.stop()
    await counted('write 503 CORE_DATABASE_UNAVAILABLE', 10)
    await counted('read 200 done', 20)
    const ready = await fetch(`${host.url}/readyz`)
    t.equal(ready.status, 503, 'not ready while PostgreSQL is away')
    t.equal((await fetch(`${host.url}/healthz`)).status, 200, 'alive all the while')
    const refused = await fetch(`${host.url}/v1/subscriptions`, {
      headers: { authorization: `Bearer ${acme.adminToken}` },
    })
    t.equal(refused.status, 503)
    t.ok(refused.headers.get('retry-after'))
    t.match(await refused.json(), { code: 'CORE_DATABASE_UNAVAILABLE' })

    await postgres.release()
    postgres = await startServer(serverHome)
    // Whoever writes sees it by itself: the same host, without a restart.
    await counted('write 200 done', 20)
    isLoading = false
    await load

    for (const key of statuses.keys()) {
      t.match(
        key,
        /^(read 200 done|write 200 done|write 503 CORE_DATABASE_UNAVAILABLE|write 504 \w+)$/,
        key,
      )
    }
    // Only what was under way when the server stopped may run into its deadline: one call a writer.
    const late = [...statuses].filter(([key]) => key.startsWith('write 504'))
    t.ok(late.reduce((sum, [, times]) => sum + times, 0) <= 2, JSON.stringify(late))
    const kept = await callProbe(host, acme.key, 'query', { sql: 'select text from notes' })
    const texts = new Set(kept.body.rows.map((row: { text: string }) => row.text))
    t.same(
      acknowledged.filter((text) => !texts.has(text)),
      [],
      `all of ${acknowledged.length} acknowledged notes are there`,
    )
  },
)
