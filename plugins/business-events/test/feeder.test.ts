import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { contractCompiler } from '@signalbox/sdk/contract'
import t from 'tap'
import { sendEvents } from '../feeder/send-events.ts'
import { shiftedTo } from '../feeder/shift-events.ts'
import { type RecordedEvent, recordCompany } from '../scripts/company.ts'

const folder = new URL('../', import.meta.url)
const recording = await readFile(new URL('recordings/dongchen.ndjson', folder), 'utf8')
const events = recording
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedEvent)
const { signalbox } = JSON.parse(await readFile(new URL('package.json', folder), 'utf8'))

t.test('the recording is what its script makes', async (t) => {
  t.strictSame(events, JSON.parse(JSON.stringify(recordCompany())))
})

t.test(
  'every recorded event fits the schema of its type, and has the key that the type says',
  async (t) => {
    const fits = new Map<string, (data: unknown) => unknown>()
    const keys = new Map<string, string[]>()
    for (const { type, schema } of signalbox.provides.events) {
      const read = JSON.parse(await readFile(new URL(schema, folder), 'utf8'))
      fits.set(type, contractCompiler().compile(read))
      keys.set(type, read.$comment.slice('key: '.length).split('@'))
    }
    const wrong = events.filter(({ type, data }) => fits.get(type)?.(data) !== true)
    t.strictSame(wrong, [])
    for (const { type, partitionkey, data } of events) {
      const key = keys.get(type)?.map((field) => data[field])
      if (key?.join('@') !== partitionkey) t.fail(`${type} ${partitionkey}`)
    }
    t.equal(new Set(events.map(({ id }) => id)).size, events.length, 'every id is its own')
  },
)

t.test('no receipt is more than was ordered, and stock never goes below zero', async (t) => {
  const ordered = new Map<string, number>()
  for (const { type, data } of events) {
    if (type === 'purchasing.order.placed') {
      const [line] = data['lines'] as { quantity: number }[]
      ordered.set(data['purchaseOrder'] as string, line?.quantity ?? 0)
    }
    if (type === 'stock.receipt.created') {
      t.equal(data['quantity'], ordered.get(data['purchaseOrder'] as string))
    }
    if (type === 'stock.movement.recorded') t.ok((data['stockAfter'] as number) >= 0)
  }
})

t.test('a recording is moved by whole weeks, and every instant in it alike', async (t) => {
  const now = Date.UTC(2031, 4, 7)
  const moved = shiftedTo(events, now)
  const last = Math.max(...moved.map(({ time }) => Date.parse(time)))
  t.ok(now - last >= 0 && now - last < 7 * 86_400_000)
  const by = Date.parse(moved[0]!.time) - Date.parse(events[0]!.time)
  t.equal(by % (7 * 86_400_000), 0)
  for (const [index, { id, type, data }] of moved.entries()) {
    const before = events[index]!
    t.strictSame([id, type], [before.id, before.type])
    for (const field of ['at', 'receivedAt', 'placedAt', 'from']) {
      const at = data[field]
      if (typeof at !== 'string') continue
      if (Date.parse(at) - Date.parse(before.data[field] as string) !== by) t.fail(`${id} ${field}`)
    }
  }
  t.strictSame(shiftedTo(moved, now), moved, 'moved once, it stays')
})

t.test('events are sent in order, a hundred at a time; a busy host is asked again', async (t) => {
  const bodies: { id: string; source: string }[][] = []
  let isBusy = true
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (isBusy) {
      isBusy = false
      response.writeHead(429, { 'retry-after': '0' }).end('{}')
      return
    }
    const batch = JSON.parse(Buffer.concat(chunks).toString())
    bodies.push(batch)
    response.writeHead(202).end(JSON.stringify({ accepted: batch.length, duplicates: 0 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const progress: number[] = []
  const receiver = { url, key: 'k', tenant: 'demo', app: 'erp' }
  const sent = await sendEvents(receiver, events, (count) => progress.push(count))
  t.strictSame(sent, { accepted: events.length, duplicates: 0 })
  t.equal(progress.at(-1), events.length)
  t.ok(bodies.every((batch) => batch.length <= 100))
  t.strictSame(
    bodies.flat().map(({ id }) => id),
    events.map(({ id }) => id),
  )
  t.ok(bodies.flat().every(({ source }) => source === '/tenants/demo/apps/erp'))
})

t.test('a refusal is told by its code and place', async (t) => {
  const server = createServer((_request, response) => {
    const problem = {
      code: 'CORE_EVENT_TYPE_CLOSED',
      detail: 'not from outside',
      errors: [{ pointer: '/0/type', detail: 'is not allowed' }],
    }
    response.writeHead(403).end(JSON.stringify(problem))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await t.rejects(
    sendEvents({ url, key: 'k', tenant: 'demo', app: 'erp' }, events, () => undefined),
    { message: 'CORE_EVENT_TYPE_CLOSED: not from outside\n/0/type is not allowed' },
  )
})

t.test('a key that is not there is told with its file, in the folder of the host', async (t) => {
  const home = t.testdir()
  const feeder = new URL('feeder/feed.ts', folder).pathname
  const env = { ...process.env, SIGNALBOX_HOME: home }
  await t.rejects(promisify(execFile)(process.execPath, [feeder], { env }), {
    code: 1,
    stderr: `The key of the app cannot be read from ${join(home, 'demo-key')} (ENOENT).`,
  })
})
