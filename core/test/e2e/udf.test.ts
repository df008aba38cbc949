import { columnFromValues, jsonValues, readArrow, writeArrow } from '@signalbox/sandbox'
import t from 'tap'
import { HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { installProbe, setUpTenant } from '../support/probe.ts'

const ARROW = 'application/vnd.apache.arrow.stream'
const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
await installProbe(host)
const acme = await setUpTenant(host, 'acme', { capabilities: ['db:own', 'udf:provide'] })
const globex = await setUpTenant(host, 'globex', { capabilities: ['db:own'] })

interface Ask {
  readonly token?: string
  readonly query?: string
  readonly type?: string
  readonly accept?: string
}

async function post(at: string, body: string | Uint8Array, ask: Ask = {}) {
  const { token = acme.adminToken, query = '', type = 'application/json', accept } = ask
  const response = await fetch(`${host.url}/v1/udfs/@probe%2Fone/${at}${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      ...(accept === undefined ? {} : { accept }),
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes }
}

async function ask(at: string, body: unknown, options: Ask = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { status, headers, bytes } = await post(at, text, options)
  return { status, headers, body: JSON.parse(Buffer.from(bytes).toString()) }
}

t.test('the functions of the enabled plugins are listed with what they take', async (t) => {
  const admin = host.as(acme.adminToken)
  const named = { plugin: '@probe/one', version: '1.0.0' }
  t.same(await admin.request('GET', '/v1/udfs?plugin=@probe%2Fone'), {
    items: [
      {
        ...named,
        id: 'margin',
        arguments: ['f64', 'f64'],
        result: 'f64',
        deterministic: true,
      },
      {
        ...named,
        id: 'repeat',
        arguments: ['utf8', 'i32'],
        result: 'utf8',
        deterministic: false,
      },
      { ...named, id: 'small', arguments: ['i64'], result: 'i64', deterministic: false },
      { ...named, id: 'whatever', arguments: null, result: null, deterministic: false },
    ],
  })
  const first = await admin.request<{ next: string }>('GET', '/v1/udfs?limit=2')
  t.match(first, { items: [{ id: 'margin' }, { id: 'repeat' }] })
  const rest = `/v1/udfs?tenant=acme&cursor=${encodeURIComponent(first.next)}`
  t.match(await host.client.request('GET', rest), { items: [{ id: 'small' }, { id: 'whatever' }] })
})

t.test('one call gives one value, and the version that computed it', async (t) => {
  t.match(await ask('margin:call', { args: [3.5, 1] }), {
    status: 200,
    body: { value: 2.5, version: '1.0.0' },
  })
  t.match(await ask('margin:call', { args: [null, 1] }), { status: 200, body: { value: null } })
  const big = await ask('small:call', { args: ['-9007199254740993'] })
  t.equal(big.body.value, '-9007199254740993', '64 bits are not rounded')
  const free = await ask('whatever:call', { args: ['x', { y: [1] }] })
  t.same(free.body.value, { values: ['x', { y: [1] }] })
  const byOperator = { token: OPERATOR_TOKEN, query: '?tenant=acme' }
  t.match(await ask('margin:call', { args: [2, 1] }, byOperator), { status: 200 })
})

t.test('a batch takes and gives JSON or Arrow', async (t) => {
  const json = await ask('margin:batch', {
    columns: [
      [3, null, 'Infinity'],
      [1, 1, 1],
    ],
  })
  t.same(json.body, { values: [2, null, 'Infinity'], version: '1.0.0' })
  const rows = 120_000
  const prices = Array.from({ length: rows }, (_, row) => row)
  const costs = columnFromValues('i32', new Array(rows).fill(1), 'cost')
  const stream = writeArrow([columnFromValues('f64', prices, 'price'), costs], ['price', 'cost'])
  const answer = await post('margin:batch', stream, { type: ARROW, accept: ARROW })
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), ARROW)
  t.equal(answer.headers.get('signalbox-version'), '1.0.0')
  const [column] = readArrow(answer.bytes)
  t.same(column && jsonValues(column).slice(-2), [rows - 3, rows - 2])
  const asJson = await post('margin:batch', stream, { type: ARROW })
  t.equal(asJson.status, 413)
  t.match(JSON.parse(Buffer.from(asJson.bytes).toString()), { code: 'CORE_UDF_ROWS_TOO_MANY' })
})

t.test('what does not fit is named by a pointer', async (t) => {
  const cases: [string, unknown, string][] = [
    ['margin:call', { args: [1] }, '/args'],
    ['margin:call', { args: [1, 'x'] }, '/args/1'],
    ['margin:call', {}, '/args'],
    ['margin:batch', { columns: [[1], [1, 2]] }, '/columns/1'],
    [
      'margin:batch',
      {
        columns: [
          [1, 2],
          [1, true],
        ],
      },
      '/columns/1/1',
    ],
    ['margin:batch', { columns: [1, 2] }, '/columns/0'],
  ]
  for (const [at, body, pointer] of cases) {
    const { status, body: problem } = await ask(at, body)
    t.match({ status, code: problem.code }, { status: 400, code: 'CORE_INPUT_INVALID' }, pointer)
    t.equal(problem.errors[0].pointer, pointer, JSON.stringify(problem))
  }
  const text = writeArrow([columnFromValues('utf8', ['x'], 'a')], ['a'])
  const lacking = await post('small:batch', text, { type: ARROW })
  t.match(JSON.parse(Buffer.from(lacking.bytes).toString()), {
    code: 'CORE_INPUT_INVALID',
    errors: [{ pointer: '/columns/0' }],
  })
})

t.test('bodies that are none, and too large ones, are refused by their own codes', async (t) => {
  // More than one process takes at once: it is the answer as a whole that is too large.
  const texts = Array.from({ length: 70_000 }, () => 'x')
  const times = texts.map(() => 70)
  const cases: [string, string | Uint8Array, Ask, number, string][] = [
    ['margin:call', '{"args":', {}, 400, 'CORE_BODY_UNREADABLE'],
    ['whatever:call', '{"args":[{"__proto__":1}]}', {}, 400, 'CORE_BODY_UNREADABLE'],
    ['margin:batch', 'no arrow', { type: ARROW }, 400, 'SBX_FORMAT_BYTES'],
    ['margin:batch', 'x', { type: 'text/csv' }, 415, 'CORE_MEDIA_TYPE_UNSUPPORTED'],
    ['margin:batch', '-1', { type: 'text/plain' }, 415, 'CORE_MEDIA_TYPE_UNSUPPORTED'],
    ['margin:batch', ' '.repeat(5 * 1024 * 1024), {}, 413, 'CORE_BODY_TOO_LARGE'],
    [
      'repeat:batch',
      JSON.stringify({ columns: [texts, times] }),
      {},
      413,
      'CORE_UDF_ANSWER_TOO_LARGE',
    ],
    ['none:call', '{"args":[]}', {}, 404, 'CORE_UDF_MISSING'],
    ['margin:other', '{"args":[]}', {}, 404, 'CORE_ROUTE_MISSING'],
  ]
  for (const [at, body, options, status, code] of cases) {
    const answer = await post(at, body, options)
    const problem = JSON.parse(Buffer.from(answer.bytes).toString())
    t.same({ status: answer.status, code: problem.code }, { status, code }, at)
  }
})

t.test("a function's own refusal is told with its row, and metered like a call", async (t) => {
  const refused = await ask('small:batch', { columns: [[1, 101]] })
  t.match(refused, { status: 422, body: { code: 'TOO_LARGE', title: 'At most a hundred.' } })
  t.match(refused.body.errors[0].detail, /row 1/)
  const usage = '/v1/tenants/acme/plugins/@probe%2Fone/usage'
  const { items } = await host
    .as(acme.adminToken)
    .request<{ items: { calls: number; cpuMs: number }[] }>('GET', usage)
  t.ok((items[0]?.calls ?? 0) > 0)
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  t.match(metrics, /signalbox_batches\{kind="batchesDone"\} [1-9]/)
  t.match(metrics, /signalbox_compute\{kind="inline"\} [1-9]/)
})

t.test('nobody computes in a tenant that is not theirs, or that gave no consent', async (t) => {
  const stranger = await ask(
    'margin:call',
    { args: [2, 1] },
    {
      token: globex.adminToken,
      query: '?tenant=acme',
    },
  )
  t.match(stranger, { status: 403, body: { code: 'CORE_FORBIDDEN' } })
  const own = await ask('margin:call', { args: [2, 1] }, { token: globex.adminToken })
  t.match(own, { status: 403, body: { code: 'CORE_GRANT_MISSING' } })
  t.same(await host.as(globex.adminToken).request('GET', '/v1/udfs'), { items: [] })
  const unnamed = await ask('margin:call', { args: [2, 1] }, { token: OPERATOR_TOKEN })
  t.match(unnamed, { status: 400, body: { errors: [{ pointer: '/tenant' }] } })
})
