import { createHmac } from 'node:crypto'
import t from 'tap'
import { deliveryOf, sendHook } from '../support/delivered-hook.ts'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { installSeal, sealSetup } from '../support/seal.ts'
import { keyFile } from '../support/sealing.ts'

const databases = await testDatabases(t)
const settings = {
  databaseUrl: databases.hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: databases.pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
  },
}
let host = await HostProcess.start(t, settings)
await installSeal(host)
const acme = await setUpTenant(host, 'acme', sealSetup)
const hooks = '/v1/tenants/acme/plugins/@seal%2Fone/hooks'
const gate = `${hooks}/gate`
const { address, secret } = await host
  .as(acme.adminToken)
  .request<{ address: string; secret: string }>('POST', gate, {})

function headersOf(id: string, body: string) {
  const time = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${mac}` }
}

const send = (id: string, body: string, more: Record<string, string> = {}) =>
  sendHook(host, address, body, { ...headersOf(id, body), ...more })

t.test('a signed webhook reaches the handler of its path, once', async (t) => {
  const admin = host.as(acme.adminToken)
  const { status, body } = await send('msg_1', '{"gate":"north"}')
  t.equal(status, 202)
  t.match(await deliveryOf(admin, gate, body.id, ({ state }) => state === 'delivered'), {
    attempts: 1,
  })
  t.match((await send('msg_1', '{"gate":"north"}')).body, { id: body.id })
  const { uses, proposals } = await admin.request<Record<'uses' | 'proposals', object[]>>(
    'GET',
    `${hooks.slice(0, -'/hooks'.length)}/uses?minDays=0`,
  )
  t.match(uses, [{ capability: 'http:receive', facet: 'gate', count: 2, failures: 0 }])
  const received = proposals.filter((one) => Reflect.get(one, 'capability') === 'http:receive')
  t.equal(received.length, 1, 'the path that nothing came to')
  const unsigned = await sendHook(host, address, '{"gate":"north"}')
  t.match(unsigned, { status: 401, body: { code: 'CORE_HOOK_SIGNATURE_REFUSED' } })
  const forged = await send('msg_2', '{}', { 'webhook-signature': 'v1,AAAA' })
  t.match(forged, { status: 401 })
  t.match(await sendHook(host, `${address.slice(0, -1)}_`, '{}'), { status: 404 })
  const large = 'x'.repeat(220_000)
  t.match(await send('msg_3', large), { status: 413, body: { code: 'CORE_BODY_TOO_LARGE' } })
  t.match(await send('msg_3', 'x'.repeat(1_100_000)), { status: 413 })
  const growing = JSON.stringify({ numbers: '' }).replace('""', `[${'1e20,'.repeat(20_000)}1]`)
  t.match(await send('msg_3', growing), { status: 413 }, 'its numbers are written anew')
  t.match(await send('msg_3', `{"text":"${large}"}`), { status: 202 }, 'parsed it fits')
  t.match(await refusal(admin.request('POST', `${hooks}/nothing`, {})), {
    code: 'CORE_HOOK_NOT_GRANTED',
  })
})

t.test('what its handler refuses is tried again, and outlives kill -9', async (t) => {
  const { body } = await send('msg_4', 'no JSON at all', { 'content-type': 'text/plain' })
  const refused = ({ lastCode }: { lastCode: string | null }) => lastCode === 'GATE_UNKNOWN'
  await deliveryOf(host.as(acme.adminToken), gate, body.id, refused)
  await host.kill()
  host = await HostProcess.start(t, settings)
  const after = host.as(acme.adminToken)
  // The first wait is five seconds at most.
  const again = await deliveryOf(after, gate, body.id, ({ attempts }) => attempts > 1)
  t.match(again, { state: 'waiting' })
  const { items } = await after.request<{ items: { action: string; detail: object }[] }>(
    'GET',
    '/v1/audit',
  )
  t.match(
    items.find(({ action }) => action === 'hook.opened'),
    { detail: { path: 'gate' } },
  )
  t.notOk(JSON.stringify(items).includes(secret.slice('whsec_'.length, 20)))
})
