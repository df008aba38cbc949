import { gzipSync } from 'node:zlib'
import { createServiceClient, ServiceError, type Streams } from '@signalbox/sdk/client'
import t from 'tap'
import { bundledClient } from '../../../sdk/test/client/bundled-client.ts'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { installEventPlugins, setUpEventTenant } from '../support/events.ts'
import { HostProcess } from '../support/host-process.ts'

interface Publisher extends Streams {
  publish(input: unknown, options?: object): Promise<{ id: string }>
  query(input: unknown, options?: object): Promise<unknown>
}
const shape = { id: 'events.publisher', major: 1, operations: { publish: {}, query: {} } }

const host = await HostProcess.start(t)
await installEventPlugins(host)
const acme = await setUpEventTenant(host, 'acme')
const key = acme.keys.publisher
const clientOf = (options: object = {}) =>
  createServiceClient<Publisher>(shape, { url: host.url, key, ...options })
const wish = (n: number, more: object = {}) => ({ type: 'orders.created', data: { n }, ...more })

const bundle = await bundledClient()

t.test('the client is small, and imports nothing of Node', async (t) => {
  const { length } = gzipSync(bundle, { level: 9 })
  t.comment(`${length} bytes, gzipped`)
  t.ok(length <= 5 * 1024, `${length} bytes`)
  t.notMatch(bundle, /\brequire\(|node:/)
})

t.test('a change whose answer was lost is sent again by its key, and is done once', async (t) => {
  let lost = 0
  const losing = async (url: URL | string | Request, init?: RequestInit) => {
    const response = await fetch(url, init)
    if (lost++ > 0) return response
    t.equal(response.status, 200, await response.text())
    throw new TypeError('the connection broke')
  }
  const client = clientOf({ fetch: losing })
  const { id } = await client.publish(wish(1), { idempotencyKey: 'order-1' })
  t.equal(lost, 2)
  t.same(await clientOf().publish(wish(1), { idempotencyKey: 'order-1' }), { id })
  await t.rejects(clientOf().publish(wish(2), { idempotencyKey: 'order-1' }), {
    code: 'CORE_IDEMPOTENCY_KEY_REUSED',
    status: 422,
  })
})

t.test('a refusal of the contract has its places', async (t) => {
  const error = await clientOf()
    .publish({})
    .catch((thrown) => thrown)
  t.ok(error instanceof ServiceError)
  t.equal(error.code, 'CORE_INPUT_INVALID')
  t.match(error.faults, [{ pointer: /type/ }])
})

t.test('a token that the host refuses is asked for again', async (t) => {
  const tokens = ['dsk_wrong', key]
  const client = clientOf({ key: () => ({ token: tokens.shift() ?? '', expiresInS: 600 }) })
  t.match(await client.publish(wish(3)), { id: /./ })
  t.same(tokens, [])
})

t.test('a stream goes on where it was cut off, and loses and repeats nothing', async (t) => {
  const leaving = new AbortController()
  let connections = 0
  const cutting = async (url: URL | string | Request, init?: RequestInit) => {
    const response = await fetch(url, init)
    if (response.body === null || ++connections > 1) return response
    // The first event passes, then the connection is gone.
    const reader = response.body.getReader()
    let text = ''
    const cut = new ReadableStream<Uint8Array>({
      async pull(controller) {
        while (!/data:.*\n\n/.test(text)) {
          if (text === 'passed') return controller.error(new TypeError('the connection broke'))
          text += new TextDecoder().decode((await reader.read()).value)
        }
        const [first = ''] = /^[\s\S]*?data:.*\n\n/.exec(text) ?? []
        controller.enqueue(new TextEncoder().encode(first))
        text = 'passed'
        await reader.cancel()
      },
    })
    return new Response(cut, { headers: response.headers })
  }
  const client = clientOf({ fetch: cutting })
  const seen: unknown[] = []
  for (const n of [11, 12, 13]) await clientOf().publish(wish(n, { key: 'resumed' }))
  for await (const { event } of client.stream({
    key: 'resumed',
    after: '0',
    signal: leaving.signal,
  })) {
    seen.push((event.data as { n: number }).n)
    if (seen.length === 3) leaving.abort()
  }
  t.same(seen, [11, 12, 13])
  t.ok(connections > 1)
})

t.test('the same client runs in a page', { skip: withoutChromium }, async (t) => {
  const { page, complaints } = await openPage(await startChromium(t))
  await page.goto(`${host.url}/docs`)
  await page.evaluate(`${bundle};globalThis.signalbox = signalbox`)
  const answer = await page.evaluate(
    // A text: the page has no types of ours.
    `(async () => {
      const client = signalbox.createServiceClient(${JSON.stringify(shape)}, {
        url: location.origin, key: async () => ${JSON.stringify(key)},
      })
      await client.publish(${JSON.stringify(wish(21, { key: 'page' }))})
      const refused = await client.publish({}).catch((error) => error)
      for await (const { event } of client.stream({ key: 'page', after: '0' })) {
        return [event.data.n, refused instanceof signalbox.ServiceError, refused.code]
      }
    })()`,
  )
  t.same(answer, [21, true, 'CORE_INPUT_INVALID'])
  t.same(complaints, [])
})

t.test('what was told twice by its key was published once', async (t) => {
  const seen: number[] = []
  for await (const { event } of clientOf().stream({ after: '0' })) {
    seen.push((event.data as { n: number }).n)
    if (seen.at(-1) === 13) break
  }
  t.equal(seen.filter((n) => n === 1).length, 1)
})
