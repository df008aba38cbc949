import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { eventsIn } from '../../src/rollout/page/event-stream.js'
import type { ShownRollout } from '../../src/rollout/shown-rollout.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { callWhole, installWhole, releaseTwo, seenBy, setUpWhole, whole } from '../support/whole.ts'

/** The deadline of a drain on a real host and in a real lane: what is at work too long is cut off, and done by stable. */

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  home,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_DRAIN_S: '6',
  },
})
await installWhole(host)
await releaseTwo(host, home, '1.1.0')
const acme = await setUpWhole(host, 'acme')

/** Far more than the drain, and less than the plugin's deadline: who waits so long was not cut off. */
const slow = { slowMs: 18_000, slowOn: 'made-by-two' }

async function startCanary(): Promise<string> {
  const steps = [
    { weightBp: 5000, hold: { durationMs: 86_400_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const plan = {
    plugin: whole,
    version: '1.1.0',
    cohortBy: 'tenant',
    allow: ['tenant:acme'],
    steps,
  }
  const { id } = await host.client.request<ShownRollout>('POST', '/v1/rollouts', plan)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

const read = (id: string) => host.client.request<ShownRollout>('GET', `/v1/rollouts/${id}`)

t.test('what is at work beyond the deadline is cut off, and stable does it', async (t) => {
  const id = await startCanary()
  const writing = callWhole(host, acme, 'order', { order: 'long', ...slow })
  const reading = callWhole(host, acme, 'maker', slow)
  await callWhole(host, acme, 'schedule', { order: 'run', ...slow })
  await until(async () => {
    const begun = (await seenBy(host, acme)).filter(({ way }) => way.endsWith(' begun'))
    return begun.length === 2
  })
  const stream = await fetch(`${host.url}/v1/rollouts/${id}/events`, {
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    signal: AbortSignal.timeout(120_000),
  })
  const shown: ShownRollout[] = []
  const watching = (async () => {
    for await (const one of eventsIn(stream.body as ReadableStream<Uint8Array>)) {
      shown.push(one as ShownRollout)
    }
  })()
  const aborted = await host.client.request<ShownRollout>('POST', `/v1/rollouts/${id}/abort`, {})
  t.match(aborted.draining, { version: '1.1.0', inFlight: 3 })

  const wrote = await writing
  t.match(wrote, { status: 503, body: { code: 'CORE_VERSION_DRAINED' } })
  t.equal(wrote.headers.get('retry-after'), '1')
  t.match(wrote.body.title, '6 s after')
  t.match(await reading, { status: 200, body: { maker: 'made-by-one' } }, 'a read is answered')
  await until(async () => {
    const seen = await seenBy(host, acme)
    return seen.some(({ way, maker }) => way === 'job' && maker === 'made-by-one')
  })
  await until(async () => (await read(id)).draining === null)
  await watching
  const drains = shown.filter(({ state }) => state === 'aborted').map(({ draining }) => draining)
  t.match(drains[0], { version: '1.1.0' }, 'the stream tells of what is still at work')
  t.equal(drains.at(-1), null, 'and ends when that is over')
  const seen = await seenBy(host, acme)
  t.notOk(
    seen.some(({ way, maker }) => maker === 'made-by-two' && !way.endsWith(' begun')),
    'what was cut off did nothing more',
  )
})
