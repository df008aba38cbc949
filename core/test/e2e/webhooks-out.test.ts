import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import {
  type EventTenant,
  installEventPlugins,
  publish,
  setUpEventTenant,
} from '../support/events.ts'
import { freePort } from '../support/free-port.ts'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { keyFile } from '../support/sealing.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

const { hostUrl, pluginUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_WEBHOOK_ALLOW: '127.0.0.1',
  },
}
const host = await HostProcess.start(t, settings)
await installEventPlugins(host)
const acme = await setUpEventTenant(host, 'acme')
const admin = host.as(acme.adminToken)

interface Made {
  readonly id: string
  readonly secret: string
  readonly unheardTypes: readonly string[]
}

const wishFor = (url: string, types: readonly string[] = ['orders.*']) => ({
  app: 'app',
  url,
  types,
})

async function endpointAt(receiver: WebhookReceiver, types?: readonly string[]): Promise<Made> {
  const made = await admin.request<Made>('POST', '/v1/webhooks', wishFor(receiver.url, types))
  receiver.secrets = [made.secret]
  return made
}

/** Which were seen, however often: what is held too long is sent again. */
const seenNumbers = ({ seen }: WebhookReceiver) => [
  ...new Set(seen.map(({ event }) => Number(event.data.n))),
]

const publishMany = (at: HostProcess, { keys }: EventTenant, count: number, from = 0) =>
  callProbe(at, keys.publisher, 'publishMany', { from, count, keys: 3 }, 'events.publisher')

t.test('an event of a data service arrives signed, as a CloudEvent', async (t) => {
  const receiver = await WebhookReceiver.start(t)
  const { id, secret, unheardTypes } = await endpointAt(receiver, ['orders.*', 'loop.ping'])
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  t.same(unheardTypes, ['loop.ping'], 'which no service offers')
  t.notOk(JSON.stringify(await admin.request('GET', `/v1/webhooks/${id}`)).includes('whsec_'))
  await publish(host, acme, { type: 'loop.ping', data: {} })
  const wish = { type: 'orders.created', data: { n: 1, text: '你好' }, key: 'o-1' }
  const published = (await publish(host, acme, wish)).body
  await until(() => receiver.taken.length === 1)
  t.match(receiver.taken, [
    {
      id: published.id,
      event: {
        specversion: '1.0',
        ...published,
        type: wish.type,
        partitionkey: 'o-1',
        data: wish.data,
      },
      request: { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' } },
    },
  ])
  await admin.request('POST', `/v1/webhooks/${id}:test`)
  await until(() => receiver.taken.length === 2)
  t.equal(receiver.taken[1]?.event.type, 'signalbox.webhook.ping')
  const path = `/v1/webhooks/${id}/deliveries`
  const isSettled = async () => {
    const { items } = await admin.request<{ items: object[] }>('GET', `${path}?state=delivered`)
    return items.length === 2
  }
  await until(isSettled)
  const list = await admin.request<{ items: { id: string }[] }>(
    'GET',
    `${path}?type=orders.created`,
  )
  t.match(list.items, [{ message: published.id, attempts: 1, last: { status: 204 } }])
  t.match(await admin.request('GET', `${path}/${list.items[0]?.id}`), {
    event: { data: wish.data },
  })
  t.notOk(Reflect.has(await host.client.request('GET', `${path}/${list.items[0]?.id}`), 'event'))
  await admin.request('POST', `${path}/${list.items[0]?.id}:replay`)
  await until(() => receiver.taken.length === 3)
  t.equal(receiver.taken[2]?.id, published.id, 'again under its id')
  await admin.request('DELETE', `/v1/webhooks/${id}`)
  t.match(await refusal(admin.request('GET', path)), { code: 'CORE_WEBHOOK_MISSING' })
})

t.test('while a secret is exchanged both verify, afterwards the new one alone', async (t) => {
  const receiver = await WebhookReceiver.start(t)
  const { id, secret } = await endpointAt(receiver)
  const rotate = (overlapHours: number) =>
    admin.request<Made>('POST', `/v1/webhooks/${id}:rotate`, { overlapHours })
  const next = await rotate(1)
  for (const [index, one] of [secret, next.secret].entries()) {
    receiver.secrets = [one]
    await admin.request('POST', `/v1/webhooks/${id}:test`)
    await until(() => receiver.taken.length === index + 1)
  }
  receiver.secrets = [next.secret]
  await rotate(0)
  await admin.request('POST', `/v1/webhooks/${id}:test`)
  await until(() => receiver.refused > 0)
  await admin.request('DELETE', `/v1/webhooks/${id}`)
})

t.test("a tenant's webhook is its admin's, the host's own is the operator's", async (t) => {
  const receiver = await WebhookReceiver.start(t)
  const wish = { url: receiver.url, types: ['signalbox.subscription.*'] }
  const asOperator = host.client.request('POST', '/v1/webhooks', { ...wish, tenant: 'acme' })
  t.match(await refusal(asOperator), { code: 'CORE_WEBHOOK_OF_TENANT' })
  const own = await host.client.request<Made>('POST', '/v1/webhooks', wish)
  receiver.secrets = [own.secret]
  t.match(await refusal(admin.request('GET', `/v1/webhooks/${own.id}`)), {
    code: 'CORE_WEBHOOK_MISSING',
  })
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:suspend`)
  await admin.request('POST', `/v1/subscriptions/${acme.subscription}:resume`)
  await until(() => receiver.taken.length === 2)
  t.match(receiver.taken, [
    { event: { type: 'signalbox.subscription.suspend', subject: acme.subscription } },
    { event: { type: 'signalbox.subscription.resume', source: '/signalbox' } },
  ])
  await host.client.request('DELETE', `/v1/webhooks/${own.id}`)
  for (const url of ['https://169.254.169.254/', 'http://example.com/', 'https://[::1]/']) {
    const made = admin.request('POST', '/v1/webhooks', wishFor(url))
    t.match(await refusal(made), { code: 'CORE_WEBHOOK_URL_REFUSED' }, url)
  }
})

t.test('a receiver that holds every request holds no other receiver up', async (t) => {
  const slow = await WebhookReceiver.start(t)
  const quick = await WebhookReceiver.start(t)
  slow.answer = () => undefined
  const held = await endpointAt(slow)
  const { id } = await endpointAt(quick)
  await publishMany(host, acme, 30)
  await until(() => quick.taken.length === 30)
  t.ok(seenNumbers(slow).length <= 3, 'one of each key is under way')
  for (const one of [held.id, id]) await admin.request('DELETE', `/v1/webhooks/${one}`)
})

/** Follows a stream until it is closed; each message as it came. */
async function follow(path: string, key: string, headers: Record<string, string> = {}) {
  const closing = new AbortController()
  const response = await fetch(`${host.url}${path}`, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    signal: closing.signal,
  })
  const told: { id?: string; event?: string; data?: string }[] = []
  const ended = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) {
        const fields = message.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))
        told.push(Object.fromEntries(fields))
      }
    }
  })().catch(() => undefined)
  const events = () =>
    told.flatMap(({ id, data, event }) =>
      data === undefined || event !== undefined ? [] : [{ id, event: JSON.parse(data) }],
    )
  const { status, headers: head } = response
  return { status, headers: head, told, events, ended, close: () => closing.abort() }
}

t.test(
  'a stream has the events that the subscription offers, and goes on where it was',
  async (t) => {
    const key = acme.keys.publisher
    const stream = await follow('/v1/events/stream?types=orders.*&key=key-1', key)
    t.equal(stream.status, 200)
    await until(() => stream.told.length > 0)
    await publishMany(host, acme, 6)
    await until(() => stream.events().length === 2)
    t.match(stream.events(), [{ event: { data: { n: 1 } } }, { event: { data: { n: 4 } } }])
    stream.close()
    const headers = { 'last-event-id': stream.events()[0]?.id ?? '' }
    const again = await follow('/v1/events/stream', key, headers)
    await until(() => again.events().length === 4)
    t.same(
      again.events().map(({ event }) => event.data.n),
      [2, 3, 4, 5],
      'behind what was seen',
    )
    const none = await follow('/v1/events/stream', acme.keys.subscriber)
    t.equal(none.status, 404, 'a service that offers none')
    none.close()
    await admin.request('POST', `/v1/subscriptions/${acme.subscription}:suspend`)
    await again.ended
    t.match(again.told.at(-1), { event: 'end' })
    t.equal((await follow('/v1/events/stream', key)).status, 404)
    await admin.request('POST', `/v1/subscriptions/${acme.subscription}:resume`)
  },
)

t.test('a service has a stream of its own, which is entered as its operations are', async (t) => {
  const at = '/api/events.publisher/v1/stream'
  const own = `/v1/subscriptions/${acme.subscription}`
  const { key, id } = await admin.request<{ key: string; id: string }>('POST', `${own}/credentials`)
  const stream = await follow(`${at}?types=orders.*&key=key-1`, key)
  t.equal(stream.status, 200)
  t.match(stream.headers.get('ratelimit-policy'), /"burst"/)
  await until(() => stream.told.length > 0)
  await publishMany(host, acme, 6)
  await until(() => stream.events().length === 2)
  const seen = { 'last-event-id': stream.events()[0]?.id ?? '' }
  stream.close()
  const again = await follow(at, key, seen)
  await until(() => again.events().length === 4)
  t.same(
    again.events().map(({ event }) => event.data.n),
    [2, 3, 4, 5],
    'behind what was seen',
  )
  await admin.request('DELETE', `${own}/credentials/${id}`)
  await again.ended
  t.match(again.told.at(-1), { event: 'end' }, 'a stream ends with the key that began it')
  // Reads are written a second at a time.
  await until(async () => {
    const { items } = await admin.request<{ items: { subject: string }[] }>('GET', '/v1/audit')
    return items.some(({ subject }) => subject === 'events.publisher@1/stream')
  })
  t.equal((await follow(at, acme.keys.subscriber)).status, 403, 'the key of another service')
  t.equal((await follow(at, key)).status, 401)
})

t.test('pages of origins that the app lists read streams, and no others', async (t) => {
  const page = 'https://board.example.com'
  const origins = '/v1/tenants/acme/apps/app/origins'
  const paths = ['/v1/events/stream', '/api/events.publisher/v1/stream']
  const asking = (path: string, origin: string) =>
    fetch(`${host.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
  for (const path of paths) t.equal((await asking(path, page)).status, 403, 'nothing is listed')
  t.same(await admin.request('PUT', origins, { origins: ['https://BOARD.example.com/'] }), {
    tenant: 'acme',
    app: 'app',
    origins: [page],
  })
  for (const path of paths) {
    const answer = await asking(path, page)
    t.equal(answer.status, 204)
    t.equal(answer.headers.get('access-control-allow-origin'), page)
    const stream = await follow(`${path}?follow=false`, acme.keys.publisher, { origin: page })
    t.equal(stream.status, 200)
    t.equal(stream.headers.get('access-control-allow-origin'), page)
    const other = { origin: 'https://evil.example' }
    const refused = await follow(`${path}?follow=false`, acme.keys.publisher, other)
    t.equal(refused.status, 403)
    t.equal(refused.headers.get('access-control-allow-origin'), null)
  }
  const wide = admin.request('PUT', origins, { origins: [page, 'https://*.example.com'] })
  t.match(await refusal(wide), { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/origins/1' }] })
  t.match(await admin.request('GET', origins), { origins: [page] })
})

t.test('the page on webhooks works as it is written', async (t) => {
  const page = await readFile(join(root, 'core/docs/webhooks-out.md'), 'utf8')
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
      ([, text]) => text ?? '',
    )
  const [program = ''] = blocks('ts')
  // Within the workspace, where its library is found.
  const folder = await mkdtemp(join(root, 'core/test/.receiver-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'receiver.ts'), program)
  const port = await freePort()
  const environment: Record<string, string> = {
    ...{
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      RECEIVER_URL: `http://127.0.0.1:${port}/`,
    },
    ...{ SIGNALBOX_URL: host.url, SIGNALBOX_TOKEN: acme.adminToken, ADMIN_TOKEN: acme.adminToken },
    APP_KEY: acme.keys.publisher,
  }
  const shell = async (command: string) =>
    (await run('sh', ['-c', command], { cwd: root, env: environment })).stdout
  const [make = '', test = '', rotate = '', look = '', stream = ''] = blocks('sh')
  const made: Made = JSON.parse(await shell(make))
  environment['WEBHOOK_ID'] = made.id
  environment['WEBHOOK_SECRET'] = made.secret
  const receiver = spawn(process.execPath, ['receiver.ts'], { cwd: folder, env: environment })
  t.teardown(() => receiver.kill())
  let printed = ''
  receiver.stdout.setEncoding('utf8').on('data', (chunk) => {
    printed += chunk
  })
  await until(
    async () =>
      (await fetch(environment['RECEIVER_URL'] ?? '').catch(() => undefined))?.status === 401,
  )
  t.match(JSON.parse(await shell(test)), { delivery: /^\d+$/ })
  await until(() => printed.includes('signalbox.webhook.ping'))
  t.match(JSON.parse(await shell(rotate)).secret, /^whsec_/)
  await publish(host, acme, { type: 'orders.created', data: { n: 1 }, key: 'doc' })
  await until(() => printed.includes('orders.created doc {"n":1}'))
  const isListed = async () => (await shell(look.split('\n')[1] ?? '')).includes('orders.created')
  await until(isListed)
  t.match(await shell(look.split('\n')[0] ?? ''), made.id)
  t.match(await shell(look.split('\n')[2] ?? ''), /\d wait again/)
  t.match(await shell(stream), /"type":"orders.created"/)
  await admin.request('DELETE', `/v1/webhooks/${made.id}`)
})

t.test('hosts that are killed in the middle lose none and break no order', async (t) => {
  const receiver = await WebhookReceiver.start(t)
  await endpointAt(receiver)
  const doomed = await HostProcess.start(t, settings)
  let isHeld = false
  receiver.answer = ({ event }, response) => {
    // The first try of some fails: by an answer, and by a connection that breaks.
    const isFirst = receiver.seen.filter((one) => one.event.id === event.id).length === 1
    if (isFirst && event.data.n === 4) return 500
    if (isFirst && event.data.n === 5) {
      response.destroy()
      return undefined
    }
    return isHeld && event.data.n >= 27 ? undefined : 204
  }
  const numbers = () => [...new Set(receiver.taken.map(({ event }) => Number(event.data.n)))]
  await publishMany(host, acme, 24)
  await until(() => numbers().length === 24, 120_000)
  await host.kill()
  isHeld = true
  t.match(await publishMany(doomed, acme, 24, 24), { status: 200 })
  // The next of each of three keys is under way.
  await until(() => seenNumbers(receiver).filter((n) => n >= 27).length === 3)
  await doomed.kill()
  isHeld = false
  await HostProcess.start(t, settings)
  await until(() => numbers().length === 48, 180_000)
  for (const key of [0, 1, 2]) {
    const came = numbers().filter((n) => n % 3 === key)
    t.same(
      came,
      came.toSorted((a, b) => a - b),
      `key-${key} in order`,
    )
  }
})
