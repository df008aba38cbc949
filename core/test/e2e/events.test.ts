import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import {
  installEventPlugins,
  memoryOf,
  publish,
  publisher,
  received,
  send,
  setUpEventTenant,
  subscriber,
  thiefPlugin,
} from '../support/events.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { publish as publishFolder } from '../support/publish.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { name: 'test' })
t.teardown(() => knex.destroy())
const home = await temporaryHome(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
await installEventPlugins(host)
const acme = await setUpEventTenant(host, 'acme')
const globex = await setUpEventTenant(host, 'globex', ['event:publish', 'event:subscribe'])
const admin = host.as(acme.adminToken)

interface Letter {
  readonly id: string
  readonly plugin: string
  readonly event: string
  readonly code: string
  readonly tries: number
}

async function letters(plugin = subscriber): Promise<readonly Letter[]> {
  const path = `/v1/tenants/acme/dead-letters?plugin=${encodeURIComponent(plugin)}`
  return (await admin.request<{ items: Letter[] }>('GET', path)).items
}

/** What acme's subscriber kept of these events, in its order. */
async function kept(ids: readonly string[]): Promise<readonly string[]> {
  const events = await received(host, acme)
  return events.map(({ id }) => id).filter((id) => ids.includes(id))
}

t.test('an event reaches whoever subscribed, with all that is known of it', async (t) => {
  const wish = { type: 'orders.created', data: { n: 1, 'ü€': '\u0000' }, key: 'o-1', id: 'first' }
  t.match(await publish(host, acme, wish), { status: 200, body: { id: 'first' } })
  await until(async () => (await received(host, acme)).length === 1)
  const [event] = await received(host, acme)
  t.match(event, {
    specversion: '1.0',
    id: 'first',
    source: `/plugins/${publisher}`,
    type: 'orders.created',
    datacontenttype: 'application/json',
    partitionkey: 'o-1',
    correlationid: 'first',
    hops: 1,
    data: wish.data,
  })
  t.notOk(event?.causationid)
  t.same(await received(host, globex), [], 'another tenant hears nothing of it')
})

t.test('a grant by which an event came is used, one by which none came is not', async (t) => {
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(subscriber)}/uses?minDays=0`
  interface Line {
    readonly capability: string
    readonly grant: string
    readonly facet: string
  }
  const seen = () => admin.request<Record<'uses' | 'proposals', readonly Line[]>>('GET', path)
  const use = async () =>
    (await seen()).uses.find(({ capability }) => capability === 'event:subscribe')
  await until(async () => (await use()) !== undefined)
  const used = await use()
  t.match(used, { facet: 'orders.created', failures: 0 })
  const proposals = (await seen()).proposals.filter(
    ({ capability }) => capability === 'event:subscribe',
  )
  t.ok(proposals.length > 0, 'the host sees that nothing came of the other types')
  t.notOk(proposals.some(({ grant }) => grant === used?.grant))
})

t.test('a plugin without tables publishes straight into the log', async (t) => {
  t.match(await publish(host, globex, { type: 'orders.created', data: { n: 2 }, id: 'direct' }), {
    status: 200,
  })
  await until(async () => (await received(host, globex)).length === 1)
  t.match(await received(host, globex), [{ id: 'direct', data: { n: 2 } }])
})

t.test('the same id is one event', async (t) => {
  // Of one key: without, neither would have to be heard first.
  const wish = { type: 'orders.created', data: { n: 3 }, key: 'same', id: 'twice' }
  for (let time = 0; time < 3; time++) await publish(host, acme, wish)
  await publish(host, acme, { ...wish, id: 'after' })
  await until(async () => (await kept(['after'])).length === 1)
  t.same(await kept(['twice', 'after']), ['twice', 'after'])
})

t.test('an event of a transaction goes with its rows, or not at all', async (t) => {
  const order = (n: number, rows: number, events: readonly object[]) =>
    callProbe(host, acme.keys.publisher, 'order', { n, rows, events }, 'events.publisher')
  const wish = (id: string) => ({ type: 'orders.created', data: { n: 40 }, key: 'tx', id })
  t.match(await order(41, 2, [wish('undone')]), { body: { code: 'CORE_SQL_ROWS_UNEXPECTED' } })
  t.match(await order(42, 1, [{ ...wish('private'), type: 'orders.private' }]), {
    body: { code: 'CORE_GRANT_MISSING' },
  })
  t.match(await order(43, 1, [{ ...wish('broken'), data: { n: 'x' } }]), {
    body: { code: 'CORE_EVENT_BREAKS_SCHEMA' },
  })
  t.match(await order(44, 1, [wish('tx-1'), wish('tx-2')]), { status: 200 })
  await until(async () => (await kept(['tx-2'])).length === 1)
  t.same(await kept(['undone', 'private', 'broken', 'tx-1', 'tx-2']), ['tx-1', 'tx-2'])
  const sql = 'select n from orders where n between 41 and 44'
  const { body } = await callProbe(host, acme.keys.publisher, 'query', { sql }, 'events.publisher')
  t.same(body.rows, [{ n: 44 }])
})

t.test('a plugin publishes only what it declared, was granted and can be validated', async (t) => {
  const refused = async (wish: Parameters<typeof publish>[2]) =>
    (await publish(host, acme, wish)).body.code as string
  const order = (data: object) => ({ type: 'orders.created', data })
  t.equal(await refused({ type: 'orders.never-declared' }), 'CORE_EVENT_TYPE_UNDECLARED')
  t.equal(await refused({ type: 'orders.private' }), 'CORE_GRANT_MISSING', 'declared, not granted')
  t.equal(await refused({ type: 'loop.pong' }), 'CORE_GRANT_MISSING', 'of another plugin')
  t.equal(await refused({ type: 'signalbox.plugin.installed' }), 'CORE_GRANT_MISSING')
  t.equal(await refused(order({ n: 'x' })), 'CORE_EVENT_BREAKS_SCHEMA')
  t.equal(await refused(order({ n: 1, pad: 'ü'.repeat(33_000) })), 'CORE_EVENT_TOO_LARGE')
  t.equal(await refused({ ...order({ n: 1 }), id: '\u0000' }), 'CORE_INPUT_INVALID')
  const sql = "insert into signalbox_outbox.x (tenant, event) values ('acme', '{}')"
  const forged = await callProbe(host, acme.keys.publisher, 'query', { sql }, 'events.publisher')
  t.equal(forged.body.code, 'CORE_SQL_REFUSED')
})

t.test('events of a key keep their order through failures, and hold up no other key', async (t) => {
  const order = (n: number, more: object = {}) => ({ type: 'orders.created', data: { n, ...more } })
  await publish(host, acme, { ...order(1, { fails: 1000 }), key: 'poison', id: 'p1' })
  await publish(host, acme, { ...order(2), key: 'poison', id: 'p2' })
  await publish(host, acme, { ...order(1, { fails: 1 }), key: 'shaky', id: 's1' })
  await publish(host, acme, { ...order(2), key: 'shaky', id: 's2' })
  await publish(host, acme, { ...order(3, { fails: 1 }), key: 'shaky', id: 's3' })
  const healthy = ['h1', 'h2', 'h3']
  for (const id of healthy) await publish(host, acme, { ...order(4), key: 'healthy', id })
  await until(async () => (await kept(['h3', 's3'])).length === 2)
  t.same(await kept(healthy), healthy)
  t.same(await kept(['s1', 's2', 's3']), ['s1', 's2', 's3'])
  t.same(await kept(['p1', 'p2']), [], 'what always fails holds up its own key alone')
})

t.test(
  'what the handler refuses is a dead letter, which an admin has delivered again',
  async (t) => {
    const wish = { type: 'orders.created', data: { n: 1, refuse: true }, key: 'd', id: 'refused' }
    await publish(host, acme, wish)
    await publish(host, acme, { type: 'orders.created', data: { n: 2 }, key: 'd', id: 'next' })
    await until(async () => (await kept(['next'])).length === 1)
    const [letter] = (await letters()).filter(({ event }) => event === 'refused')
    t.match(letter, { code: 'NOT_WANTED', tries: 1, key: 'd' })
    const path = `/v1/tenants/acme/dead-letters/${letter?.id}`
    t.match(await admin.request('GET', path), { cloudEvent: { id: 'refused', data: wish.data } })
    const stranger = host.as(globex.adminToken)
    t.match(await refusal(stranger.request('POST', `${path}:redeliver`)), { status: 403 })
    const theirs = path.replace('acme', 'globex')
    t.match(await refusal(stranger.request('GET', theirs)), { code: 'CORE_DEAD_LETTER_MISSING' })
    t.match(await refusal(stranger.request('POST', `${theirs}:redeliver`)), {
      code: 'CORE_DEAD_LETTER_MISSING',
    })
    await admin.request('POST', `${path}:redeliver`)
    t.match(await refusal(admin.request('POST', `${path}:redeliver`)), {
      code: 'CORE_DEAD_LETTER_MISSING',
    })
    await until(async () =>
      (await letters()).some(({ id, event }) => event === 'refused' && id !== letter?.id),
    )
    const { items } = await admin.request<{ items: { subject: string }[] }>(
      'GET',
      '/v1/audit?action=event.redelivered',
    )
    t.ok(items.some(({ subject }) => subject === letter?.id))
  },
)

t.test('two plugins that answer each other end after sixteen hops', async (t) => {
  await publish(host, acme, { type: 'loop.ping', data: {}, id: 'loop' })
  await until(async () => (await letters(publisher)).length === 1)
  t.match(await letters(publisher), [{ code: 'CHAIN_ENDED' }])
  const pings = (await received(host, acme)).filter(({ type }) => type === 'loop.ping')
  t.same(
    pings.map(({ hops }) => hops),
    [1, 3, 5, 7, 9, 11, 13, 15],
  )
  t.ok(pings.every(({ correlationid }) => correlationid === 'loop'))
  t.ok(
    pings.slice(1).every(({ causationid }) => causationid !== undefined && causationid !== 'loop'),
  )
})

t.test('while a plugin is disabled nothing is queued for it', async (t) => {
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(subscriber)}`
  await admin.request('PUT', path, { binding: 'disabled' })
  await publish(host, acme, { type: 'orders.created', data: { n: 1 }, id: 'unheard' })
  // Out of acme's outbox and in the log before the plugin is back; once globex has what came later, it was looked at.
  await until(async () => (await knex('events').where({ id: 'unheard' })).length === 1)
  await publish(host, globex, { type: 'orders.created', data: { n: 1 }, id: 'elsewhere' })
  await until(async () => (await received(host, globex)).some(({ id }) => id === 'elsewhere'))
  await admin.request('PUT', path, { binding: 'enabled' })
  await publish(host, acme, { type: 'orders.created', data: { n: 1 }, id: 'heard' })
  await until(async () => (await kept(['heard'])).length === 1)
  t.same(await kept(['unheard', 'heard']), ['heard'])
})

const allow = (types: readonly string[], { tenant, adminToken } = acme) =>
  host.as(adminToken).request('PUT', `/v1/tenants/${tenant}/apps/app/events`, { types })

/** A CloudEvent of acme's app. */
const said = (id: string, more: object = {}) => ({
  specversion: '1.0',
  id,
  source: '/tenants/acme/apps/app',
  type: 'erp.counted',
  data: { n: 1 },
  ...more,
})

t.test('an app sends what it was allowed to, one or many, once', async (t) => {
  const key = acme.keys.publisher
  t.match(await send(host, key, said('1')), {
    status: 403,
    body: { code: 'CORE_EVENT_TYPE_CLOSED' },
  })
  await allow(['erp.*', 'orders.imported'])
  const one = said('one', { partitionkey: 'bin-7', subject: 'bin', time: 'yesterday' })
  t.match(await send(host, key, one), { status: 202, body: { accepted: 1, duplicates: 0 } })
  const batch = [said('one'), said('two'), said('three', { type: 'orders.imported' })]
  t.match(await send(host, key, batch), { status: 202, body: { accepted: 2, duplicates: 1 } })
  await until(async () => (await kept(['one', 'two', 'three'])).length === 3)
  const event = (await received(host, acme)).find(({ id }) => id === 'one')
  t.match(event, {
    source: '/tenants/acme/apps/app',
    partitionkey: 'bin-7',
    subject: 'bin',
    hops: 1,
    data: { n: 1 },
  })
  t.ok((await received(host, globex)).every(({ type }) => type !== 'erp.counted'))
})

t.test('an app speaks for nobody else, and says nothing that a plugin did not open', async (t) => {
  await allow(['erp.*', 'orders.*', 'loop.pong'])
  const attacks = [
    { source: '/tenants/acme/apps/other' },
    { source: '/tenants/acme/apps/app2' },
    { source: '/tenants/acme/apps/app/../other' },
    { source: '/tenants/globex/apps/app' },
    { source: `/plugins/${publisher}` },
    { source: undefined },
    { hops: 1 },
    { correlationid: 'theirs' },
    { causationid: 'theirs' },
    { id: '' },
    { id: '\u0000' },
    { specversion: '0.3' },
    { type: 'ERP' },
    { type: 'signalbox.plugin.installed' },
    { datacontenttype: 'text/xml' },
    { data_base64: 'AAAA' },
    { data: 'x'.repeat(70_000) },
    { type: 'orders.imported', data: { n: 'not a number' } },
  ]
  for (const attack of attacks) {
    const { status, body } = await send(host, acme.keys.publisher, said('attack', attack))
    t.match(
      { status, code: body.code },
      { status: 400, code: 'CORE_INPUT_INVALID' },
      Object.keys(attack).join(),
    )
    t.ok(
      body.errors[0].pointer.startsWith(`/${Object.keys(attack).at(-1)}`),
      body.errors[0].pointer,
    )
  }
  for (const type of ['orders.created', 'orders.private', 'loop.pong', 'crm.called']) {
    const reply = await send(host, acme.keys.publisher, said('attack', { type }))
    t.match(reply, { status: 403, body: { code: 'CORE_EVENT_TYPE_CLOSED' } }, type)
  }
  const batch = [said('good'), said('bad', { source: '/' }), 7]
  const { status, body } = await send(host, acme.keys.publisher, batch)
  t.same(
    [status, body.errors.map(({ pointer }: { pointer: string }) => pointer)],
    [400, ['/1/source', '/2']],
  )
  await publish(host, acme, { type: 'orders.created', data: { n: 1 }, id: 'afterwards' })
  await until(async () => (await kept(['afterwards'])).length === 1)
  t.same(await kept(['attack', 'good', 'bad']), [], 'all of a batch or nothing')
})

t.test('a body that is no CloudEvent is told so', async (t) => {
  const key = acme.keys.publisher
  const single = 'application/cloudevents+json'
  const many = 'application/cloudevents-batch+json'
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const bad: [unknown, string, number][] = [
    ['{}', 'application/json', 415],
    ['{', single, 400],
    ['', single, 400],
    ['null', single, 400],
    ['[]', many, 400],
    ['{}', many, 400],
    [`[${'1,'.repeat(100)}1]`, many, 400],
    ['{"__proto__": {}}', single, 400],
    [JSON.stringify(said('x')).replace('{"n":1}', deep), single, 400],
    [JSON.stringify(said('x', { data: 'x'.repeat(1_100_000) })), single, 413],
  ]
  for (const [body, type, status] of bad) {
    const reply = await send(host, key, body, type)
    t.equal(reply.status, status, `${String(body).slice(0, 30)} as ${type}`)
  }
  t.equal((await send(host, 'dsk_nobody', said('x'))).status, 401)
  t.equal((await send(host, acme.adminToken, said('x'))).status, 403, 'only apps send')
  t.equal((await send(host, globex.keys.publisher, said('x'))).status, 400, 'acme’s source')
  const theirs = said('x', { source: '/tenants/globex/apps/app' })
  t.equal((await send(host, globex.keys.publisher, theirs)).status, 403, 'acme’s allowance')
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:suspend`)
  t.equal((await send(host, key, said('x'))).body.code, 'CORE_SUBSCRIPTION_SUSPENDED')
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:resume`)
  for (const types of [['*'], ['erp.*.x'], ['ERP'], ['erp.**']]) {
    t.match(await refusal(allow(types)), { code: 'CORE_INPUT_INVALID' }, types.join())
  }
})

t.test('a type belongs to the scope that declared it first', async (t) => {
  const folder = await thiefPlugin(await temporaryHome(t))
  await publishFolder(host, folder)
  const installed = host.client.request('POST', '/v1/plugins', { name: '@thief/one' })
  t.match(await refusal(installed), { code: 'CORE_EVENT_TYPE_TAKEN' })
})

t.test('a kill in the middle of delivering loses nothing and breaks no order', async (t) => {
  const held = { type: 'orders.created', data: { n: 0, hold: true }, key: 'held', id: 'held' }
  await publish(host, acme, held)
  await publish(host, acme, { ...held, data: { n: 1 }, id: 'behind' })
  await until(async () => (await memoryOf(host, acme)).tried.includes('held'))
  const count = 240
  for (let from = 0; from < count; from += 30) {
    const wish = { from, count: 30, keys: 5 }
    const reply = await callProbe(
      host,
      acme.keys.publisher,
      'publishMany',
      wish,
      'events.publisher',
    )
    t.equal(reply.status, 200)
  }
  await host.kill('SIGKILL')
  const next = await HostProcess.start(t, { databaseUrl: hostUrl, home })
  const many = async () =>
    (await received(next, acme)).filter(({ partitionkey = '' }) =>
      /^(key-|held)/.test(partitionkey),
    )
  await until(async () => new Set((await many()).map(({ id }) => id)).size === count + 2, 120_000)
  const events = await many()
  t.ok(events.length <= count + 50, `${events.length - count - 2} came twice, under the same ids`)
  t.same(
    events.filter(({ partitionkey }) => partitionkey === 'held').map(({ id }) => id),
    ['held', 'behind'],
  )
  for (let key = 0; key < 5; key++) {
    const own = events.filter(({ partitionkey }) => partitionkey === `key-${key}`)
    const first = [...new Set(own.map(({ data }) => data.n as number))]
    t.same(
      first,
      [...first].sort((a, b) => a - b),
      `key-${key} in order`,
    )
  }
})
