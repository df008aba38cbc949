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

    await delay(1000)
    await postgres.server.stop()
    await delay(1500)
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
    const deadline = Date.now() + 30_000
    let isBack = false
    while (!isBack && Date.now() < deadline) {
      isBack = (await callProbe(host, acme.key, 'addNote', { text: 'after' })).status === 200
      if (!isBack) await delay(100)
    }
    t.ok(isBack, 'the same host writes again')
    await delay(500)
    isLoading = false
    await load

    for (const key of statuses.keys()) {
      t.match(
        key,
        /^(read 200 done|write 200 done|write 503 CORE_DATABASE_UNAVAILABLE|write 504 )/,
        key,
      )
    }
    t.ok((statuses.get('write 503 CORE_DATABASE_UNAVAILABLE') ?? 0) > 0, 'the outage was felt')
    const kept = await callProbe(host, acme.key, 'query', { sql: 'select text from notes' })
    const texts = new Set(kept.body.rows.map((row: { text: string }) => row.text))
    t.same(
      acknowledged.filter((text) => !texts.has(text)),
      [],
      `all of ${acknowledged.length} acknowledged notes are there`,
    )
  },
)
