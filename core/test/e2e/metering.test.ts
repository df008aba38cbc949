import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { OpenSsl } from '../support/openssl.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { installTimer, setUpTimer } from '../support/timer.ts'

/** What a plan asks for, as its subscriber is charged for it: from the call to the signed statement. */
const PATIENCE_MS = 60_000

const run = promisify(execFile)

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_KEY_FILE: await keyFile(t) },
})
await installTimer(host)
const acme = await setUpTimer(host, 'acme')
const admin = host.as(acme.adminToken)
const month = new Date().toISOString().slice(0, 7)

interface Line {
  readonly unit?: string
  readonly status?: string
  readonly quantity: string
  readonly price?: string
  readonly amount?: string
}

interface Stated {
  readonly statement: {
    readonly lines: readonly Line[]
    readonly totals: Readonly<Record<string, string>>
  }
}

interface Usage {
  readonly items: readonly {
    readonly key: string
    readonly calls: string
    readonly cpuMs: string
  }[]
  readonly units: readonly { readonly key: string; readonly unit: string; readonly units: string }[]
}

function put(unit: string, amount: string): Promise<unknown> {
  const price = { amount, currency: 'CNY', unit }
  const terms = { ratePerS: 1000, burst: 1000, price, forSubscribers: true }
  return host.client.request(
    'PUT',
    '/v1/catalog/services/timer.one/versions/1/plans/standard',
    terms,
  )
}

async function schedule(job: string, idempotencyKey?: string): Promise<Response> {
  const response = await fetch(`${host.url}/api/timer.one/v1/schedule`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${acme.key}`,
      'content-type': 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
    },
    body: JSON.stringify({ job, when: { afterMs: 86_400_000 } }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  await response.text()
  return response
}

async function stated(): Promise<Stated['statement']> {
  const path = `/v1/tenants/acme/statements/${month}`
  return (await admin.request<Stated>('GET', path)).statement
}

t.test('a price is by what somebody counts', async (t) => {
  t.match(await refusal(put('sheep', '1')), {
    errors: [{ pointer: '/price/unit', detail: /asked/ }],
  })
})

t.test('units of calls that were answered are paid, and those of others are not', async (t) => {
  await put('asked', '0.5')
  t.equal((await schedule('note')).status, 200)
  t.ok((await schedule('no-such-job')).status >= 400, 'it was metered before it failed')
  t.equal((await schedule('note', 'once')).status, 200)
  const again = await schedule('note', 'once')
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  const usage = await admin.request<Usage>('GET', '/v1/usage?by=status')
  t.match(usage.units, [{ key: '2xx', unit: 'asked', units: '4' }])
  t.equal(usage.items.find(({ key }) => key === '2xx')?.calls, '3', 'all of them are counted')
  t.ok(Number(usage.items.find(({ key }) => key === '2xx')?.cpuMs) > 0)
  t.same((await stated()).totals, { CNY: '2' })
})

t.test('a call is paid once, however often its key is sent again', async (t) => {
  await put('call', '0.25')
  for (let n = 0; n < 3; n++) t.equal((await schedule('note', 'paid')).status, 200)
  const { lines } = await stated()
  const paid = lines.filter(({ price, status }) => price === '0.25 CNY call' && status === '2xx')
  t.match(paid, [{ quantity: '1', amount: '0.25' }])
})

t.test('CPU is paid by the millisecond', async (t) => {
  await put('host:cpu-ms', '0.01')
  await until(async () => {
    await schedule('note')
    return (await stated()).lines.some(({ unit }) => unit === 'host:cpu-ms')
  }, PATIENCE_MS)
  const line = (await stated()).lines.find(({ unit }) => unit === 'host:cpu-ms')
  t.equal(Number(line?.amount), Number(line?.quantity) / 100)
})

t.test('a statement verifies by openssl and the documentation alone', async (t) => {
  const { keys } = await host.client.request<{ keys: { kid: string; x: string }[] }>(
    'GET',
    '/v1/signing-keys',
  )
  const jws = await admin.requestText('GET', '/v1/tenants/acme/statements/2025-01?format=jws')
  const [head = '', body = '', signature = ''] = jws.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())
  t.match(header, { alg: 'EdDSA', typ: 'signalbox-usage-statement+jws' })
  const key = keys.find(({ kid }) => kid === header.kid)
  const openssl = await OpenSsl.start(t)
  // SubjectPublicKeyInfo of Ed25519 (RFC 8410) is these twelve bytes and the key.
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(key?.x ?? '', 'base64url'),
  ])
  await openssl.write('key.der', spki)
  await openssl.write('signature', Buffer.from(signature, 'base64url'))
  const verify = async (signed: string) => {
    await openssl.write('signed', signed)
    const files = ['-in', 'signed', '-sigfile', 'signature', '-inkey', 'key.der', '-keyform', 'DER']
    return openssl.run('pkeyutl', '-verify', '-pubin', '-rawin', ...files)
  }
  t.match(await verify(`${head}.${body}`), /Verified Successfully/)
  const forged = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('2025-01', '2025-02'),
  ).toString('base64url')
  await t.rejects(verify(`${head}.${forged}`))
  t.match(JSON.parse(Buffer.from(body, 'base64url').toString()), { month: '2025-01', lines: [] })
})

t.test('and by the lines of the documentation', async (t) => {
  const text = await readFile(join(import.meta.dirname, '../../docs/metering.md'), 'utf8')
  const [, lines = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? []
  const STATEMENT = join(await temporaryHome(t), 'statement.jws')
  const path = `/v1/tenants/acme/statements/2025-01?format=jws`
  const jws = await admin.requestText('GET', path)
  const verify = async (statement: string) => {
    await writeFile(STATEMENT, `${statement}\n`)
    const env = { ...process.env, SIGNALBOX_URL: host.url, STATEMENT }
    return run(process.execPath, ['--input-type=module', '-e', lines], { env })
  }
  t.equal((await verify(jws)).stdout, '{}\n')
  await t.rejects(verify(jws.replace('.ey', '.fy')))
})
