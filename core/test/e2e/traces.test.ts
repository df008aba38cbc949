import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { otlpReceiver, type SeenSpan, setUpTraced, tracedService } from '../support/traced.ts'

const canary = 'kanarienvogel-0815'

/** A batch goes every 50 ms; a machine that does many things may take its time. */
const PATIENCE_MS = 60_000

const receiver = await otlpReceiver(t)
const elsewhere = await outboundServer(t, (_, response) => response.end('sunny'))
const { hostUrl, pluginUrl } = await testDatabases(t)
const databases = { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_FETCH_ALLOW: elsewhere.origin }
const environment = {
  ...databases,
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.server.origin,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant-of-traces=planning',
  OTEL_SERVICE_NAME: 'signalbox-test',
  OTEL_BSP_SCHEDULE_DELAY: '50',
}
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const { key } = await setUpTraced(host, await temporaryHome(t), elsewhere.origin)
const url = `${elsewhere.origin}/weather?city=${canary}`

function call(traceparent: string, to = host): Promise<Response> {
  return fetch(`${to.url}/api/${tracedService}/v1/note`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      traceparent,
    },
    body: JSON.stringify({ text: canary, url }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

/** Of one trace, once its event was handled too. */
async function traceOf(traceId: string): Promise<readonly SeenSpan[]> {
  const spans = () => receiver.spans().filter((span) => span.traceId === traceId)
  await until(() => {
    const names = spans().map(({ name }) => name)
    const isWhole = names.includes(`POST ${tracedService}/note`)
    return isWhole && names.includes('event traced.noted')
  }, PATIENCE_MS)
  return spans()
}

t.test(
  'a call is one trace, from the head to what it asked of others and what came of it',
  async (t) => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const answer = await call(`00-${traceId}-00f067aa0ba902b7-01`)
    t.same(await answer.json(), { status: 200 })
    const spans = await traceOf(traceId)
    const version = '@traced/one@1.0.0'
    const tree = treeOf(spans, '00f067aa0ba902b7')
    const tries = ['lane.wait', 'lane.run']
    for (const path of [
      'POST traced.one/note',
      `POST traced.one/note > ${version}`,
      ...tries.map((step) => `POST traced.one/note > ${version} > ${step}`),
      `POST traced.one/note > ${version} > isolate.load`,
      `POST traced.one/note > ${version} > lane.run > db.query`,
      `POST traced.one/note > ${version} > lane.run > db.query > INSERT`,
      `POST traced.one/note > ${version} > lane.run > events.publish`,
      `POST traced.one/note > ${version} > lane.run > events.publish > event traced.noted`,
      `POST traced.one/note > ${version} > lane.run > events.publish > event traced.noted > ${version} > lane.run > db.query > SELECT`,
      `POST traced.one/note > ${version} > lane.run > services.call`,
      `POST traced.one/note > ${version} > lane.run > services.call > ${version} > lane.run > http.fetch > GET`,
    ]) {
      t.ok(tree.includes(path), path)
    }
    t.ok(spans.length < 40, 'nothing is recorded twice')
    const named = (name: string) => spans.find((span) => span.name === name)
    t.match(named('POST traced.one/note'), {
      kind: 2,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/:service/v:major(^\\d{1,3})/:operation',
        'http.response.status_code': 200,
        'rpc.method': 'traced.one@1/note',
        'signalbox.version': '1.0.0',
      },
      resource: { 'service.name': 'signalbox-test' },
    })
    t.match(named(version)?.attributes, {
      'feature_flag.key': '@traced/one',
      'feature_flag.result.variant': '1.0.0',
    })
    t.match(named('INSERT'), {
      kind: 3,
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'INSERT' },
    })
    t.match(named('GET'), {
      kind: 3,
      attributes: { 'server.address': '127.0.0.1', 'http.response.status_code': 200 },
    })
    const correlation = named('event traced.noted')?.attributes
    t.type(correlation?.['messaging.message.conversation_id'], 'string')
    t.ok(
      spans.every(({ start, end }) => start <= end),
      'nothing ends before it begins',
    )
    t.match(
      elsewhere.requests.at(-1)?.headers['traceparent'],
      `00-${traceId}-${named('GET')?.spanId}-01`,
      'who was asked can go on with the trace',
    )
    t.equal(answer.headers.get('traceparent')?.split('-')[2], named('POST traced.one/note')?.spanId)
  },
)

t.test('what was asked, the key and the text of SQL are in no span', (t) => {
  const all = receiver.server.requests.map(({ body }) => body).join('\n')
  for (const secret of [canary, key, OPERATOR_TOKEN, 'insert into', '/weather']) {
    t.notOk(all.includes(secret), secret)
  }
  t.match(receiver.server.requests[0]?.headers, { 'x-tenant-of-traces': 'planning' })
  t.equal(receiver.server.requests[0]?.url, '/v1/traces')
  t.end()
})

t.test(
  'a call whose caller does not record it exports nothing, nor does what comes of it',
  async (t) => {
    const traceId = '11111111111111111111111111111111'
    const answer = await call(`00-${traceId}-00f067aa0ba902b7-00`)
    t.match(answer.headers.get('traceparent'), /-00$/)
    await answer.text()
    // What is recorded after it arrives: so would it have.
    const later = '22222222222222222222222222222222'
    await (await call(`00-${later}-00f067aa0ba902b7-01`)).text()
    await traceOf(later)
    t.same(
      receiver.spans().filter((span) => span.traceId === traceId),
      [],
    )
  },
)

t.test('a failure is told by its code, where it happened and at the gateway', async (t) => {
  const before = receiver.spans().length
  const { status, body } = await callProbe(host, key, 'fail', {}, tracedService)
  const spans = () =>
    receiver
      .spans()
      .slice(before)
      .filter(({ traceId }) => traceId === body.traceId)
  await until(() => spans().some(({ kind }) => kind === 2), PATIENCE_MS)
  t.equal(status, 502)
  for (const span of spans().filter(({ name }) => name !== 'lane.wait')) {
    t.match(span, { status: { code: 2 }, attributes: { 'error.type': body.code } }, span.name)
  }
  t.notMatch(JSON.stringify(spans()), /on purpose/)
})

t.test('a share of the traces that begin here is recorded, and none at 0', async (t) => {
  const none = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: { ...environment, OTEL_SERVICE_NAME: 'none', SIGNALBOX_TRACE_SAMPLE: '0' },
  })
  const { headers } = await callProbe(none, key, 'note', { text: 'x', url }, tracedService)
  t.match(headers.get('traceparent'), /-00$/)
  await none.kill('SIGTERM')
  t.notOk(receiver.spans().some(({ resource }) => resource['service.name'] === 'none'))
})

t.test('where callers do not decide, none of them has a call recorded', async (t) => {
  const deaf = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: {
      ...environment,
      ...{
        OTEL_SERVICE_NAME: 'deaf',
        SIGNALBOX_TRACE_SAMPLE: '0',
        SIGNALBOX_TRACE_CALLERS: 'ignored',
      },
    },
  })
  const traceId = '44444444444444444444444444444444'
  const { headers } = await call(`00-${traceId}-00f067aa0ba902b7-01`, deaf)
  t.match(
    headers.get('traceparent'),
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
    'still its trace',
  )
  await deaf.kill('SIGTERM')
  t.notOk(receiver.spans().some(({ resource }) => resource['service.name'] === 'deaf'))
})

t.test(
  'a receiver that never answers costs calls nothing, and what waits for it is bounded',
  async (t) => {
    const stuck = await outboundServer(t, () => undefined)
    const slow = await HostProcess.start(t, {
      databaseUrl: hostUrl,
      environment: { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: stuck.origin },
    })
    const parent = '00-33333333333333333333333333333333-00f067aa0ba902b7-01'
    for (let round = 0; round < 30; round++) {
      const asked = Array.from({ length: 20 }, () =>
        call(parent, slow).then(({ status }) => status),
      )
      // Budgets of the plugin refuse some; nobody waits for the receiver.
      t.notOk((await Promise.all(asked)).some((status) => status === 504))
    }
    const { exported, dropped, waiting } = await exportsOf(slow)
    t.equal(exported, 0)
    t.ok(waiting <= 4096, `${waiting} wait`)
    t.ok(dropped + waiting > 1000, `${dropped} dropped and ${waiting} waiting`)
    t.ok(stuck.requests.length > 0, 'it was asked')
    // It would be cut off, and end with 1.
    t.equal(await slow.kill('SIGTERM'), 0, 'nor does it keep a host from stopping')
  },
)

async function exportsOf(node: HostProcess) {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const text = await (await fetch(`${node.url}/metrics`, { headers })).text()
  const of = (outcome: string) =>
    Number(
      new RegExp(`^signalbox_trace_spans_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(
        text,
      )?.[1],
    )
  const waiting = Number(/^signalbox_trace_spans_waiting (\d+)/m.exec(text)?.[1])
  return { exported: of('exported'), dropped: of('dropped'), waiting }
}

/** Each span by the names that lead to it. */
function treeOf(spans: readonly SeenSpan[], root: string): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const pathOf = ({ name, parentSpanId = '' }: SeenSpan): string => {
    const parent = byId.get(parentSpanId)
    if (parent !== undefined) return `${pathOf(parent)} > ${name}`
    return parentSpanId === root ? name : `lost ${name}`
  }
  return spans.map(pathOf)
}
