import t from 'tap'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import {
  installLedger,
  type KeptCall,
  keptCall,
  ledger,
  ledgerService,
  replay,
  setUpLedger,
} from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { publishWithoutReview } from '../support/publish-without-review.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await publishWithoutReview(host)
const author = await publisher('grace', ['@ledger'])
await installLedger(host, author)
const acme = await setUpLedger(host, 'acme')
const globex = await setUpLedger(host, 'globex')
const admin = host.as(acme.adminToken)
const path = `/v1/tenants/acme/plugins/${encodeURIComponent(ledger)}`
await admin.request('PUT', `${path}/config`, { desk: 'north', signature: 'G. Hopper' })

const book = (input: object) => callProbe(host, acme.key, 'book', input, ledgerService)

async function publisher(name: string, scopes: string[]): Promise<string> {
  const made = '/v1/marketplace/publishers'
  await host.client.request('POST', made, { name, scopes })
  const { token } = await host.client.request<{ token: string }>('POST', `${made}/${name}/tokens`)
  return token
}

const failed = await book({ customer: 'Grace Hopper', amount: 1000 })
const { invocation } = failed.body

t.test(
  'a failed call names where it is kept, and its recording holds nothing that is marked',
  async (t) => {
    t.match(failed, { status: 502, body: { code: 'SBX_PLUGIN_THREW', invocation: /^inv_/ } })
    const { recording, ...head } = await keptCall(admin, invocation)
    t.match(head, {
      tenant: 'acme',
      plugin: ledger,
      version: '1.0.0',
      reason: 'failed',
      outcome: 'failed',
      code: 'SBX_PLUGIN_THREW',
      principal: 'app:app',
      hostCalls: 2,
    })
    t.match(recording, {
      input: { customer: /^⟦redacted string/, amount: 1000 },
      isolate: { config: { desk: 'north', signature: /^⟦redacted/ } },
      hostCalls: [
        { name: 'db.query', answer: { rows: [{ customer: /^⟦redacted/, amount: '1000' }] } },
        { name: 'services.call', request: { input: { code: /^⟦redacted/ } } },
      ],
      logs: [{ message: 'booked', fields: { customer: /^⟦redacted/ } }],
    })
    t.notMatch(JSON.stringify(recording), /Grace|Hopper|dsk_|Bearer/)
  },
)

t.test(
  'without a release nobody else opens it: operator and author see its head, others nothing',
  async (t) => {
    const at = `/v1/invocations/${invocation}`
    for (const token of [globex.adminToken, await publisher('ada', ['@ada'])]) {
      t.equal((await refusal(host.as(token).request('GET', at))).code, 'CORE_INVOCATION_MISSING')
    }
    const seen = await Promise.all(
      [OPERATOR_TOKEN, author].map((token) => host.as(token).request<KeptCall>('GET', at)),
    )
    for (const head of seen) {
      t.match(head, { id: invocation, version: '1.0.0', code: 'SBX_PLUGIN_THREW' })
      t.same([head.recording, head.principal], [undefined, undefined])
    }
    t.same([seen[0]?.tenant, seen[1]?.tenant], ['acme', undefined])
    const bundle = refusal(host.as(author).requestText('GET', `${at}/bundle`))
    t.equal((await bundle).code, 'CORE_INVOCATION_NOT_RELEASED')
    const { code, errors } = await replay(host, [invocation], author)
    t.equal(code, 1)
    t.match(errors, 'CORE_INVOCATION_NOT_RELEASED')
  },
)

t.test('its author, to whom it is released, sees it fail again by the same words', async (t) => {
  const at = `/v1/tenants/acme/invocations/${invocation}/releases`
  const wish = { to: 'author', hours: 1, reason: 'please look' }
  const release = await admin.request<{ id: string }>('POST', at, wish)
  t.match(release, { grantee: 'publisher:grace', reason: 'please look' })
  const { code, output, errors } = await replay(host, [invocation, '--json'], author)
  t.equal(code, 0, errors)
  const report = JSON.parse(output)
  t.match(report, { verdict: 'same', hostCalls: { recorded: 2, replayed: 2 }, difference: null })
  t.equal(report.replayed.message, report.recorded.message)
  t.equal(report.recorded.message, failed.body.title, 'chance, clock and deadline included')

  await admin.request('DELETE', `${at}/${release.id}`)
  const again = host.as(author).request<KeptCall>('GET', `/v1/invocations/${invocation}`)
  t.equal((await again).recording, undefined)
  const { items } = await admin.request<{ items: { action: string; actor: string }[] }>(
    'GET',
    '/v1/audit',
  )
  const actions = ['invocation.release_withdrawn', 'invocation.opened', 'invocation.released']
  t.same(
    items.map(({ action }) => action).filter((action) => action.startsWith('invocation.')),
    actions,
  )
})

t.test('what calls took is told to the admin, and to Prometheus', async (t) => {
  const { items } = await admin.request<{ items: Record<string, number>[] }>('GET', `${path}/usage`)
  t.match(items, [{ version: '1.0.0', calls: Number, hostCalls: Number, bytesOut: Number }])
  t.ok((items[0]?.cpuMs ?? 0) > 0)
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  const labels = `{plugin="${ledger}",version="1.0.0",tenant="acme"}`
  for (const name of [
    'calls_total',
    'cpu_seconds_total',
    'output_bytes_total',
    'host_calls_total',
    'peak_heap_bytes',
  ]) {
    t.match(metrics, new RegExp(`^signalbox_guest_${name}${labels} [\\d.e+-]+$`, 'm'), name)
  }
  t.match(metrics, /^signalbox_invocations_kept_total [1-9]/m)
  t.match(metrics, /^signalbox_invocations_dropped_total\{reason="queue-full"\} 0$/m)
})
