import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import {
  installEventPlugins,
  publish as publishEvent,
  received,
  setUpEventTenant,
  subscriber,
} from '../support/events.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { publish } from '../support/publish.ts'

interface Rollout {
  readonly id: string
  readonly state: string
  readonly transitions: readonly { readonly command: string; readonly actor: string }[]
}

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
await installEventPlugins(host)
const acme = await setUpEventTenant(host, 'acme')

/** The subscriber under another version, with its handlers changed. */
async function release(version: string, from: string, to: string): Promise<void> {
  const folder = join(home, version)
  await cp(await packedFixture('events-subscriber-plugin'), folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  const packageJson = JSON.parse(await readFile(manifest, 'utf8'))
  await writeFile(manifest, JSON.stringify({ ...packageJson, version, scripts: {} }))
  const bundle = join(folder, 'dist/plugin.js')
  const source = await readFile(bundle, 'utf8')
  if (!source.includes(from)) throw new Error('the bundle is not what this test changes')
  await writeFile(bundle, source.replace(from, to))
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: subscriber, version })
}

async function start(version: string, steps: readonly object[]): Promise<string> {
  const wish = { plugin: subscriber, version, steps }
  const { id } = await host.client.request<Rollout>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

/** The subscriber hears of its own rollouts, too. */
const ordered = async () =>
  (await received(host, acme)).filter(({ type }) => type === 'orders.created').map(({ id }) => id)

const read = (id: string) => host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
const order = (id: string, data: object = { n: 1 }) =>
  publishEvent(host, acme, { type: 'orders.created', data, key: id, id })

t.test('a canary whose handler throws is taken back by itself, and no event is lost', async (t) => {
  await release('1.1.0', 'if (tries <= fails)', 'if (tries > 0)')
  const id = await start('1.1.0', [
    { weightBp: 5000, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ])
  const sent: string[] = []
  await until(async () => {
    sent.push(`e${sent.length}`)
    await order(sent.at(-1) as string)
    return (await read(id)).state !== 'running'
  })
  const { state, transitions } = await read(id)
  t.equal(state, 'aborted')
  t.match(transitions.at(-1), { command: 'abort', actor: 'judge' })
  await until(async () => (await ordered()).length === sent.length)
  t.same((await ordered()).sort(), [...sent].sort(), 'stable did what the canary could not')
})

t.test('an event that fails on every version takes back none of them', async (t) => {
  await release('1.2.0', 'definePlugin', 'definePlugin')
  const id = await start('1.2.0', [
    { weightBp: 9000, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ])
  for (let n = 0; n < 5; n++) await order(`p${n}`, { n, fails: 1 })
  await until(async () => {
    const ids = await ordered()
    return ['p0', 'p1', 'p2', 'p3', 'p4'].every((one) => ids.includes(one))
  })
  t.equal((await read(id)).state, 'running')
})

t.test('events alone carry a release through its steps', async (t) => {
  await release('1.3.0', 'definePlugin', 'definePlugin')
  const before = await host.client.request<{ items: Rollout[] }>('GET', '/v1/rollouts')
  for (const { id, state } of before.items) {
    if (state === 'running') await host.client.request('POST', `/v1/rollouts/${id}/abort`, {})
  }
  const id = await start('1.3.0', [
    { weightBp: 5000, hold: { exposures: 3 } },
    { weightBp: 10_000, hold: { exposures: 1 } },
  ])
  let sent = 0
  await until(async () => {
    await order(`s${sent++}`)
    return (await read(id)).state === 'completed'
  })
  t.pass('completed')
})
