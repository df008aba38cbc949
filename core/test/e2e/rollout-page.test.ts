import t from 'tap'
import { eventsIn } from '../../src/rollout/page/event-stream.js'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { installProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
await installProbe(host)
const acme = await setUpTenant(host, 'acme')
const version = '1.1.0'
const folder = await probeVersion(await temporaryHome(t), version)
await publish(host, folder)
await host.client.request('POST', '/v1/plugins', { name: probe, version })

interface Rollout {
  readonly id: string
  readonly state: string
  readonly weightBp: number
  readonly evidence: { readonly e: number; readonly threshold: number }
}

/** Held for a day: nothing moves it but this test. */
async function planned(): Promise<string> {
  const steps = [
    { weightBp: 100, hold: { durationMs: 86_400_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version, steps }
  return (await host.client.request<Rollout>('POST', '/v1/rollouts', wish)).id
}

const tell = (id: string, command: string) =>
  host.client.request<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

function open(path: string, token?: string): Promise<Response> {
  return fetch(`${host.url}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(60_000),
  })
}

/** Reads with the page's own parser until an event is as asked for. */
async function until(
  events: AsyncGenerator<unknown>,
  isMet: (rollout: Rollout) => boolean,
): Promise<Rollout> {
  for (;;) {
    const { done, value } = await events.next()
    if (done === true) throw new Error('the stream ended before')
    if (isMet(value as Rollout)) return value as Rollout
  }
}

t.test('the page is open to all, holds no data and loads its own files only', async (t) => {
  const id = await planned()
  const page = await open(`/rollouts/${id}`)
  t.equal(page.status, 200)
  t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = page.headers.get('content-security-policy') ?? ''
  t.match(policy, "default-src 'none'")
  t.match(policy, "frame-ancestors 'none'")
  t.notMatch(policy, 'unsafe')
  const html = await page.text()
  t.notMatch(html, id)
  t.notMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, 'nothing inline')
  const linked = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string)
  t.ok(linked.length >= 2)
  const imported = ['event-stream.js', 'evidence-chart.js', 'texts.js']
  for (const path of [...linked, ...imported.map((name) => `/rollouts/page/${name}`)]) {
    const part = await open(path)
    t.equal(part.status, 200, path)
    t.match(part.headers.get('content-type'), /^text\/(css|javascript)/)
    t.equal(part.headers.get('x-content-type-options'), 'nosniff')
  }
  t.equal((await open('/rollouts/page/..%2Frollout-page.ts')).status, 404)
  t.equal((await open('/rollouts/rol_x')).status, 400)
})

t.test('both languages of the page have the same texts', async (t) => {
  const source = await (await open('/rollouts/page/texts.js')).text()
  const keys = (start: string) =>
    [...(source.split(start)[1]?.split('\n  },')[0] ?? '').matchAll(/^ +(\w+):/gm)].map(
      ([, key]) => key,
    )
  t.ok(keys('\n  en: {').length > 20)
  t.same(keys("\n  'zh-CN': {"), keys('\n  en: {'))
})

t.test('the stream is for the operator, and of a rollout that there is', async (t) => {
  const path = `/v1/rollouts/${await planned()}/events`
  t.equal((await open(path)).status, 401)
  t.equal((await open(path, acme.adminToken)).status, 403)
  t.equal((await open('/v1/rollouts/rol_0000000000000000/events', OPERATOR_TOKEN)).status, 404)
})

t.test(
  'the stream tells where a rollout stands, each change, and ends when it is over',
  async (t) => {
    const id = await planned()
    const response = await open(`/v1/rollouts/${id}/events`, OPERATOR_TOKEN)
    t.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    t.equal(response.headers.get('cache-control'), 'no-store')
    const events = eventsIn(response.body as ReadableStream<Uint8Array>)
    const first = await until(events, () => true)
    t.match(first, { id, state: 'ready', weightBp: 0, evidence: { threshold: 100 } })
    await tell(id, 'start')
    t.match(await until(events, ({ state }) => state === 'running'), { weightBp: 100 })
    await tell(id, 'abort')
    t.match(await until(events, ({ state }) => state === 'aborted'), { weightBp: 0 })
    t.equal((await events.next()).done, true)

    const late = await open(`/v1/rollouts/${id}/events`, OPERATOR_TOKEN)
    const text = await late.text()
    t.match(
      text,
      /^retry: \d+\n\nid: \d+\.0\.0\nevent: rollout\ndata: \{.*"state":"aborted".*\}\n\n$/,
    )
  },
)

t.test('a node opens so many streams and no more, and a closed one makes room', async (t) => {
  const path = `/v1/rollouts/${await planned()}/events`
  const closing = new AbortController()
  const opened = await Promise.all(
    Array.from({ length: 32 }, () =>
      fetch(`${host.url}${path}`, {
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        signal: closing.signal,
      }),
    ),
  )
  t.ok(opened.every(({ status }) => status === 200))
  const refused = await open(path, OPERATOR_TOKEN)
  t.equal(refused.status, 503)
  t.equal(((await refused.json()) as { code: string }).code, 'CORE_STREAMS_TAKEN')
  closing.abort()
  const deadline = Date.now() + 60_000
  let status = 503
  while (status !== 200 && Date.now() < deadline) {
    const again = await open(path, OPERATOR_TOKEN)
    status = again.status
    await again.body?.cancel()
  }
  t.equal(status, 200)
})

t.test('a host that stops closes its streams and waits for none', async (t) => {
  const response = await open(`/v1/rollouts/${await planned()}/events`, OPERATOR_TOKEN)
  const events = eventsIn(response.body as ReadableStream<Uint8Array>)
  await until(events, () => true)
  const [code, end] = await Promise.all([host.kill('SIGTERM'), events.next()])
  t.equal(code, 0)
  t.equal(end.done, true)
})
