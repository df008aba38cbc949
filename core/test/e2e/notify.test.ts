import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { npmPublish } from '../../src/cli/npm-publish.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { certificateFor, outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, type Reply, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const people = '@people/one'
const webhook = '@signalbox/notify-webhook'
const smtp = '@signalbox/notify-smtp'
const canary = 'kanarienvogel-4711'
const wrongOne = 'falscher-vogel-4712'

const receiver = await outboundServer(t, ({ url }, response) => {
  if (url === '/silent') return
  const status = Number(/^\/(\d{3})$/.exec(url)?.[1] ?? 202)
  response.writeHead(status, { location: '/elsewhere' }).end()
})
const certificate = await certificateFor(t, ['IP:127.0.0.1'])
const accounts = { 'box@acme.example': canary, 'box@globex.example': 'of-globex-alone' }
const mails = await mailServer(t, certificate, accounts)

const keyFile = join(await temporaryHome(t), 'keys')
await writeFile(keyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    LOG_LEVEL: 'trace',
    SIGNALBOX_TRUSTED: `${smtp}=operator`,
    // By their ports: another tenant's address on the same machine stays closed.
    SIGNALBOX_FETCH_ALLOW: `${receiver.origin},https://127.0.0.1:${mails.port}`,
    SIGNALBOX_KEY_FILE: keyFile,
  },
})

/** Packed by their own `prepack`, each by an npm of its own, and the one that has to be signed by the tests: side by side. */
const folders = {
  [people]: '../fixtures/people-plugin',
  [webhook]: '../../../plugins/notify-webhook',
  [smtp]: '../../../plugins/notify-smtp',
}
await Promise.all(
  Object.entries(folders).map(async ([name, path]) => {
    const folder = join(import.meta.dirname, path)
    if (name === smtp) {
      await packPlugin(folder)
      await publish(host, folder)
    } else await npmPublish(folder, `${host.url}/npm/`, OPERATOR_TOKEN)
    await host.client.request('POST', '/v1/plugins', { name })
  }),
)
const wish = {
  plugin: people,
  service: 'people.one',
  capabilities: ['notify:send', 'identity:read', 'link:share'],
}
const acme = await setUpTenant(host, 'acme', wish)
const globex = await setUpTenant(host, 'globex', wish)
for (const [tenant, { adminToken }] of Object.entries({ acme, globex })) {
  const admin = host.as(adminToken)
  await enablePlugin(admin, tenant, webhook, ['http:fetch', 'keys:sign'])
  await enablePlugin(admin, tenant, smtp, ['secret:use'])
}
const admin = host.as(acme.adminToken)

const at = (plugin: string, tenant = 'acme') =>
  `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
const message = { to: ['li@acme.example'], subject: '列车晚点', text: '列车晚点十分钟。\n请改道。' }
const send = (changes: object, { key } = acme) =>
  callProbe(host, key, 'notify', { ...message, ...changes }, 'people.one')

const { secret } = await admin.request<{ secret: string }>('POST', '/v1/tenants/acme/keys', {
  id: 'hooks',
  algorithm: 'hmac-sha256',
  usages: ['webhook'],
})
const hook = (path: string, origin = receiver.origin) =>
  admin.request('PUT', `${at(webhook)}/config`, { url: `${origin}${path}`, key: 'hooks' })
const byHook = (changes: object = {}) => send({ channel: 'webhook', ...changes })

t.test('a webhook arrives once, and its receiver can tell who sent it', async (t) => {
  t.match((await byHook()).body, { code: 'CHANNEL_NOT_SET_UP' })
  await hook('/in?token=1')
  const { body } = await byHook({ data: { id: 'order-7', locale: 'zh-CN' } })
  t.strictSame(body, { id: 'order-7', status: 202 })
  t.equal(receiver.requests.length, 1)
  const { method, url, headers, body: payload } = receiver.requests[0] ?? { body: '', headers: {} }
  t.strictSame([method, url], ['POST', '/in?token=1'])
  const verified = new Webhook(secret).verify(payload, headers as Record<string, string>)
  t.match(verified, {
    type: 'notification.message',
    data: { ...message, data: { id: 'order-7', locale: 'zh-CN' } },
  })
  t.throws(() => new Webhook(secret).verify(`${payload} `, headers as Record<string, string>))
})

t.test('what a receiver answers is what a sender is told; nobody is sent elsewhere', async (t) => {
  const cases = {
    429: 'TRY_LATER',
    503: 'TRY_LATER',
    410: 'REFUSED',
    400: 'REFUSED',
    307: 'REFUSED',
  }
  for (const [status, code] of Object.entries(cases)) {
    await hook(`/${status}`)
    t.match((await byHook()).body, { code: `CHANNEL_${code}` }, status)
  }
  t.notOk(receiver.requests.some(({ url }) => url === '/elsewhere'))
  await hook('/in', 'https://127.0.0.1:1')
  t.match((await byHook()).body, { code: 'CHANNEL_NOT_SET_UP' }, 'the operator did not name it')
})

const settings = (tenant: string) => ({
  host: '127.0.0.1',
  port: mails.port,
  ca: certificate.cert,
  user: `box@${tenant}.example`,
  from: `box@${tenant}.example`,
  fromName: '信号楼',
})
const password = (value: string) => admin.request('PUT', `${at(smtp)}/secrets/password`, { value })
const byMail = (changes: object = {}, tenant = acme) =>
  send({ channel: 'mail', ...changes }, tenant)

t.test('a mail arrives as it was sent, with a password that nothing else shows', async (t) => {
  t.match((await byMail()).body, { code: 'CHANNEL_NOT_SET_UP' })
  await admin.request('PUT', `${at(smtp)}/config`, settings('acme'))
  t.match((await byMail()).body, { code: 'CHANNEL_NOT_SET_UP', title: /CORE_SECRET_NOT_SET/ })
  await password(wrongOne)
  t.match((await byMail()).body, { code: 'CHANNEL_NOT_SET_UP', title: /535/ })
  await password(canary)
  const { body } = await byMail({ data: { id: 'order-7' } })
  t.strictSame(body, { id: '<order-7@acme.example>', accepted: 1, refused: [] })
  t.equal(mails.received.length, 1)
  const [mail] = mails.received
  t.match(mail, { from: 'box@acme.example', to: message.to, user: 'box@acme.example' })
  t.strictSame(readMail(mail?.raw ?? ''), {
    subject: message.subject,
    text: message.text.replace('\n', '\r\n'),
  })
  const { items } = await admin.request<{ items: { action: string; subject: string }[] }>(
    'GET',
    '/v1/audit?limit=200',
  )
  const told = items.filter(({ action }) => action === 'capability.secrets.reveal')
  t.equal(told.length, 3)
  t.match(told, [{ actor: `plugin:${smtp}`, subject: 'secret password' }])
  for (const value of [canary, wrongOne]) {
    for (const text of [host.log(), JSON.stringify(items), JSON.stringify(body)]) {
      t.notOk(text.includes(value) || text.includes(Buffer.from(value).toString('base64')))
    }
  }
})

t.test('who is not taken is told of, for now or for good', async (t) => {
  const to = ['nobody@acme.example', 'li@acme.example', 'later@acme.example']
  t.match((await byMail({ to })).body, {
    accepted: 1,
    refused: [
      { to: 'nobody@acme.example', again: false },
      { to: 'later@acme.example', again: true },
    ],
  })
  t.match((await byMail({ to: to.slice(0, 1) })).body, { code: 'CHANNEL_REFUSED' })
  t.match((await byMail({ to: to.slice(2) })).body, { code: 'CHANNEL_TRY_LATER' })
})

t.test('nothing of a message becomes a header, a command or another recipient', async (t) => {
  const before = mails.received.length
  const cases: readonly (readonly [object, string])[] = [
    [{ subject: 'Late\r\nBcc: all@acme.example' }, 'CORE_INPUT_INVALID'],
    [{ subject: 'Late\u2028Bcc: all@acme.example' }, 'CHANNEL_REFUSED'],
    [{ to: ['li@acme.example\r\nRCPT TO:<all@acme.example>'] }, 'CORE_INPUT_INVALID'],
    [{ to: ['li@acme.example, all@acme.example'] }, 'CHANNEL_REFUSED'],
    [{ to: ['li@acme.example> NOTIFY=NEVER <x@y'] }, 'CHANNEL_REFUSED'],
    [{ data: { id: 'a>\r\nBcc: all@acme.example' } }, 'CHANNEL_REFUSED'],
  ]
  for (const [changes, code] of cases) {
    t.equal(
      (await byMail(changes)).body.code,
      code,
      JSON.stringify(changes).replace(/[^ -~]/g, '?'),
    )
  }
  t.equal(mails.received.length, before)
  await byMail({
    text: 'a\r\n.\r\nMAIL FROM:<x@y>\r\n',
    data: { html: '<b>', headers: { Bcc: 'x' } },
  })
  const { raw = '' } = mails.received.at(-1) ?? {}
  t.equal(mails.received.length, before + 1)
  t.notMatch(raw, /^(Bcc|Content-Type: text\/html)/im)
  t.equal(readMail(raw).text, 'a\r\n.\r\nMAIL FROM:<x@y>\r\n')
})

t.test("a tenant has its own account, and nothing of another's", async (t) => {
  t.match((await byMail({}, globex)).body, { code: 'CHANNEL_NOT_SET_UP' })
  const other = host.as(globex.adminToken)
  await other.request('PUT', `${at(smtp, 'globex')}/config`, settings('globex'))
  t.match((await byMail({}, globex)).body, { code: 'CHANNEL_NOT_SET_UP' })
  const value = accounts['box@globex.example']
  await other.request('PUT', `${at(smtp, 'globex')}/secrets/password`, { value })
  t.match((await byMail({}, globex)).body, { accepted: 1 })
  t.match(mails.received.at(-1), { user: 'box@globex.example', from: 'box@globex.example' })
})

t.test('who never answers is left while the sender still has time', async (t) => {
  await hook('/silent')
  const isTold = ({ body }: Reply) => body.code === 'CHANNEL_TRY_LATER'
  // A channel leaves 300 ms before the sender's deadline. A machine that stands still takes them once, not each time.
  let sent: readonly Reply[] = []
  for (let tries = 0; tries < 4 && (tries === 0 || !sent.every(isTold)); tries++) {
    sent = await Promise.all([byHook(), byMail({ to: ['slow@acme.example'] })])
  }
  for (const { body } of sent) t.match(body, { code: 'CHANNEL_TRY_LATER' })
})

t.test('a grant taken back, and a server that nobody named, end it at once', async (t) => {
  const moved = { ...settings('acme'), port: receiver.port + 1 }
  await admin.request('PUT', `${at(smtp)}/config`, moved)
  t.match((await byMail()).body, { code: 'CHANNEL_NOT_SET_UP', title: /FETCH_ADDRESS_REFUSED/ })
  await admin.request('PUT', `${at(smtp)}/config`, settings('acme'))
  t.match((await byMail()).body, { accepted: 1 })
  const { grants } = await admin.request<{ grants: { id: string }[] }>('GET', at(smtp))
  for (const { id } of grants) await admin.request('DELETE', `${at(smtp)}/grants/${id}`)
  t.match((await byMail()).body, { code: 'CHANNEL_NOT_SET_UP', title: /CORE_GRANT_MISSING/ })
})
