import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import {
  installLedger,
  type KeptCall,
  keptCall,
  ledger,
  ledgerBundle,
  ledgerService,
  replay,
  setUpLedger,
} from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installLedger(host)
const acme = await setUpLedger(host, 'acme')
const admin = host.as(acme.adminToken)
const path = `/v1/tenants/acme/plugins/${encodeURIComponent(ledger)}`

const book = (input: object) => callProbe(host, acme.key, 'book', input, ledgerService)

t.test(
  'a redacted field that decided is named; a mended bundle is tried on the recording',
  async (t) => {
    const { body } = await book({ customer: 'Grace Hopper', amount: 1, note: 'by name' })
    await keptCall(admin, body.invocation)
    const { code, output } = await replay(host, [body.invocation], acme.adminToken, 'zh')
    t.equal(code, 2, output)
    t.match(output, /第一处差异：outcome/)
    t.match(output, /\n {2}input \/customer\n/)

    const failed = await book({ customer: 'Grace Hopper', amount: 1000 })
    const { invocation } = failed.body
    await keptCall(admin, invocation)
    const mended = join(await temporaryHome(t), 'plugin.js')
    const bundle = await readFile(ledgerBundle, 'utf8')
    const changed = bundle.replace('amount > 100', 'amount > 1000')
    t.not(changed, bundle)
    await writeFile(mended, changed)
    const words = [invocation, '--bundle', mended, '--json']
    const tried = await replay(host, words, acme.adminToken)
    t.match(JSON.parse(tried.output), {
      replayed: { kind: 'answered', code: null, output: { rate: Number } },
      difference: { in: 'outcome', recorded: 'SBX_PLUGIN_THREW', replayed: 'answered' },
    })
  },
)

t.test('good calls are kept where their admin asks for a share, and no operator may', async (t) => {
  const share = { version: '1.0.0', shareBp: 1000 }
  const denied = await refusal(host.client.request('PUT', `${path}/sampling`, share))
  t.equal(denied.code, 'CORE_FORBIDDEN')
  await admin.request('PUT', `${path}/sampling`, share)
  t.match(await admin.request('GET', `${path}/sampling`), { items: [share] })
  const list = () => {
    const at = `/v1/tenants/acme/invocations?plugin=${encodeURIComponent(ledger)}`
    return admin.request<{ items: KeptCall[] }>('GET', at)
  }
  let sampled: KeptCall | undefined
  await until(async () => {
    await book({ customer: 'Ada Lovelace', amount: 1 })
    const { items } = await list()
    sampled = items.find((one) => one.reason === 'sampled' && one.operation === 'book')
    return sampled !== undefined
  })
  await admin.request('PUT', `${path}/sampling`, { ...share, shareBp: 0 })
  const { code, output, errors } = await replay(
    host,
    [sampled?.id ?? '', '--json'],
    acme.adminToken,
  )
  t.equal(code, 0, errors)
  const { verdict, replayed, recorded } = JSON.parse(output)
  t.match(verdict, 'same')
  t.same({ ...replayed.output, customer: '' }, { ...recorded.output, customer: '' })
  await admin.request('DELETE', `/v1/tenants/acme/invocations/${sampled?.id}`)
  t.notOk((await list()).items.some(({ id }) => id === sampled?.id))
})
