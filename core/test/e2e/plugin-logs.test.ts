import t from 'tap'
import {
  chatty,
  chattyTrusted,
  installChatty,
  installChattyTrusted,
} from '../support/chatty-plugin.ts'
import { sendHook } from '../support/delivered-hook.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { until } from '../support/processes.ts'
import { printedByCli, startCli } from '../support/run-cli.ts'
import { keyFile } from '../support/sealing.ts'

interface Line {
  readonly sequence: string
  readonly at: string
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | null
  readonly cut: number
  readonly version: string | null
  readonly arm: string | null
  readonly traceId: string | null
  readonly kind: string | null
  readonly name: string | null
  readonly invocation: string | null
  readonly missed: number | null
}

interface Page {
  readonly items: readonly Line[]
  readonly next?: string
}

const { hostUrl, pluginUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_TRUSTED: `${chattyTrusted}=operator`,
    SIGNALBOX_KEY_FILE: await keyFile(t),
  },
}
let host = await HostProcess.start(t, settings)
const folder = await temporaryHome(t)
await installChatty(host, folder)
await installChattyTrusted(host, folder)
const capabilities = ['event:publish', 'event:subscribe', 'job:schedule', 'http:receive']
const one = { plugin: chatty, service: 'chatty.one', capabilities }
const acme = await setUpTenant(host, 'acme', one)
const globex = await setUpTenant(host, 'globex', one)

const logsOf = (tenant: string, plugin = chatty) =>
  `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}/logs`
const read = (query: Record<string, string> = {}, plugin = chatty) =>
  host
    .as(acme.adminToken)
    .request<Page>('GET', `${logsOf('acme', plugin)}?${new URLSearchParams(query)}`)
const call = (operation: string, input: object = {}, key = acme.key) =>
  callProbe(host, key, operation, input, 'chatty.one')
const say = (message: string, level = 'info', fields: object = {}) =>
  call('say', { lines: [{ level, message, fields }] })

/** The line, as soon as it is there, and is so. */
async function lineOf(
  message: string,
  plugin = chatty,
  isSo = (_line: Line) => true,
): Promise<Line> {
  let line: Line | undefined
  await until(async () => {
    const { items } = await read({ limit: '200' }, plugin)
    line = items.find((one) => one.message === message)
    return line !== undefined && isSo(line)
  })
  return line as Line
}

t.test('what an operation logs, its admin reads, with where it comes from', async (t) => {
  const before = Date.now()
  const { headers } = await say('hello', 'warn', { order: 4711, deep: { list: [1, null, true] } })
  const line = await lineOf('hello')
  t.match(line, {
    level: 'warn',
    fields: { order: 4711, deep: { list: [1, null, true] } },
    ...{ cut: 0, version: '1.0.0', arm: 'stable', invocation: null, missed: null },
    ...{ kind: 'service', name: 'chatty.one/say', traceId: /^[0-9a-f]{32}$/ },
  })
  t.ok(headers.get('traceparent')?.includes(line.traceId ?? '-') ?? true)
  t.ok(Date.parse(line.at) >= before - 1000)
})

t.test('so it does of jobs, events and webhooks, and of trusted processes', async (t) => {
  const admin = host.as(acme.adminToken)
  const base = logsOf('acme').slice(0, -'/logs'.length)
  await admin.request('POST', `${base}/jobs/tidy:run`, {})
  t.match(await lineOf('tidying'), { kind: 'job', name: 'tidy', fields: { attempt: 1 } })
  await call('publish')
  t.match(await lineOf('heard'), { kind: 'event', name: 'chatty.told' })
  const { address } = await admin.request<{ address: string }>('POST', `${base}/hooks/bell`, {})
  await sendHook(host, address, '{}')
  t.match(await lineOf('rung'), { kind: 'webhook', name: 'bell', level: 'debug' })
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(chattyTrusted)}`
  await admin.request('PUT', path, { binding: 'enabled' })
  const body = { app: 'app', service: 'chatty.trusted', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', body)
  const credentials = `/v1/subscriptions/${id}/credentials`
  const { key } = await admin.request<{ key: string }>('POST', credentials)
  const lines = [{ level: 'error', message: 'from a process', fields: { a: 1 } }]
  await callProbe(host, key, 'say', { lines }, 'chatty.trusted')
  t.match(await lineOf('from a process', chattyTrusted), {
    ...{ kind: 'service', name: 'chatty.trusted/say', level: 'error', fields: { a: 1 } },
  })
  t.match(await read({ q: 'from a process' }), { items: [] }, 'of its own plugin alone')
})

t.test('what recorded calls keep secret is in no line', async (t) => {
  await call('tell', { pin: '90210-77' })
  const { items } = await untilSome({ q: 'the pin is' })
  t.match(items, [
    {
      message: /^the pin is ⟦redacted string \d+⟧$/,
      fields: { note: /^pin ⟦redacted string \d+⟧$/, password: /^⟦redacted string \d+⟧$/ },
    },
  ])
  t.match(await read({ q: '90210-77' }), { items: [] })
  t.match(await read({ q: 'hunter2!' }), { items: [] })
})

t.test('a line leads to the call that was kept', async (t) => {
  const { body } = await call('fail')
  // The recording is written by itself, before the line or after it.
  const isKept = (line: Line) => line.invocation !== null
  const { invocation } = await lineOf('before the fall', chatty, isKept)
  t.match(invocation, /^inv_/)
  t.match(body, { code: 'SBX_PLUGIN_THREW' })
  const admin = host.as(acme.adminToken)
  t.match(await admin.request('GET', `/v1/invocations/${invocation}`), { operation: 'fail' })
  await admin.request('DELETE', `/v1/tenants/acme/invocations/${invocation}`)
  t.equal((await lineOf('before the fall')).invocation, null, 'and to nothing when that is gone')
})

t.test('levels, versions, words and pages choose among the lines', async (t) => {
  for (const level of ['debug', 'info', 'warn', 'error']) await say(`choose ${level}`, level)
  await say('Fällt 100%_auf', 'info', { sku: 'A-"7"' })
  await lineOf('Fällt 100%_auf')
  const found = async (query: Record<string, string>) =>
    (await read(query)).items.map(({ message }) => message)
  t.same(await found({ q: 'CHOOSE', level: 'warn' }), ['choose error', 'choose warn'])
  t.same(await found({ q: 'choose', version: '9.9.9' }), [])
  t.same(await found({ q: 'fällt 100%_' }), ['Fällt 100%_auf'], 'words, not patterns')
  t.same(await found({ q: '100%x' }), [])
  t.same(await found({ q: 'a-\\"7' }), ['Fällt 100%_auf'], 'in the fields as they are written')
  const first = await read({ q: 'choose', limit: '3' })
  const rest = await read({ q: 'choose', limit: '3', cursor: first.next ?? '' })
  t.same(
    [...first.items, ...rest.items].map(({ message }) => message),
    ['choose error', 'choose warn', 'choose info', 'choose debug'],
  )
  t.equal(rest.next, undefined)
  for (const wrong of [{ level: 'loud' }, { limit: '201' }, { cursor: 'x' }, { q: '' }]) {
    t.match(await refusal(read(wrong as Record<string, string>)), { status: 400 })
  }
})

t.test('nobody else reads them: no admin of another tenant, and not the operator', async (t) => {
  await call('say', { lines: [{ level: 'info', message: 'of globex', fields: {} }] }, globex.key)
  const path = logsOf('globex')
  await until(
    async () => (await host.as(globex.adminToken).request<Page>('GET', path)).items.length > 0,
  )
  t.match(await read({ q: 'of globex' }), { items: [] })
  t.match(await refusal(host.as(acme.adminToken).request('GET', path)), { status: 403 })
  t.match(await refusal(host.client.request('GET', path)), { status: 403 })
})

t.test('the command shows them, the oldest first, and nothing that moves a terminal', async (t) => {
  await say('\u001b[31mred\u001b[0m and \u202eturned', 'warn', { why: '\u001b]0;title\u0007' })
  await lineOf('\u001b[31mred\u001b[0m and \u202eturned')
  const words = ['plugin', 'logs', chatty, '--tenant', 'acme']
  const token = acme.adminToken
  const text = await printedByCli(host, [...words, '--level', 'warn'], { token })
  t.match(text, 'warn  chatty.one/say  <U+001B>[31mred<U+001B>[0m and <U+202E>turned')
  for (const sign of ['\u001b', '\u202e']) t.notMatch(text, sign)
  t.ok(text.indexOf('choose error') < text.indexOf('turned'))
  t.notMatch(text, 'choose info')
  const json = JSON.parse(
    await printedByCli(host, [...words, '--search', 'tidying', '--json'], { token }),
  )
  t.match(json, { items: [{ message: 'tidying', kind: 'job' }] })
})

t.test('the command follows what comes, until it is interrupted', async (t) => {
  const words = ['plugin', 'logs', chatty, '--tenant', 'acme', '--search', 'followed', '--follow']
  const following = startCli(host, words, { token: acme.adminToken })
  t.teardown(() => following.stop())
  await say('followed once')
  await until(() => following.output().includes('followed once'))
  await say('followed twice')
  await until(() => following.output().includes('followed twice'))
  const lines = following.output().trim().split('\n')
  t.match(lines, [/followed once$/, /followed twice$/], 'each once')
  t.equal(lines.length, 2)
})

t.test(
  'a flood of large lines is answered, cut, told of where it is too much, and costs no neighbour a line',
  async (t) => {
    const calls = Array.from({ length: 320 }, () => ({ size: 60_000 }))
    const statuses = new Set<number>()
    const work = async () => {
      for (let input = calls.pop(); input !== undefined; input = calls.pop()) {
        statuses.add((await call('flood', input)).status)
      }
    }
    const flood = Promise.all(Array.from({ length: 16 }, work))
    const told = { lines: [{ level: 'info', message: 'beside the flood', fields: {} }] }
    await call('say', told, globex.key)
    await flood
    t.same([...statuses], [200])
    const admin = host.as(globex.adminToken)
    await until(async () => {
      const page = await admin.request<Page>('GET', `${logsOf('globex')}?q=beside+the+flood`)
      return page.items.length === 1
    })
    const isOfFlood = ({ missed, message }: Line) => missed !== null || message.startsWith('xxxx')
    let lines: Line[] = []
    await until(async () => {
      const pages = [await read({ limit: '200' })]
      const [{ next } = pages[0] as Page] = pages
      if (next !== undefined) pages.push(await read({ limit: '200', cursor: next }))
      lines = pages.flatMap(({ items }) => items.filter(isOfFlood))
      return lines.reduce((sum, { missed }) => sum + (missed ?? 1), 0) === 320
    })
    const kept = lines.filter(({ missed }) => missed === null)
    t.ok(kept.length > 0)
    t.ok(kept.every(({ message, cut }) => message.length === 4096 && cut === 60_000 - 4096))
  },
)

t.test('kill -9 loses at most what was not yet written', async (t) => {
  await say('before the kill')
  await lineOf('before the kill')
  await host.kill()
  host = await HostProcess.start(t, settings)
  t.match(await lineOf('before the kill'), { kind: 'service' })
  await say('before the stop')
  await host.kill('SIGTERM')
  host = await HostProcess.start(t, settings)
  t.match(
    await read({ q: 'before the stop' }),
    { items: [{ version: '1.0.0' }] },
    'a clean stop loses none',
  )
})

async function untilSome(query: Record<string, string>): Promise<Page> {
  let page: Page = { items: [] }
  await until(async () => {
    page = await read(query)
    return page.items.length > 0
  })
  return page
}
