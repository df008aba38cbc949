import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'

/** What a host that is killed leaves of its books: all writes and refusals that somebody was told of, and no count twice. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 1)

const command = join(import.meta.dirname, '../../bin/signalbox.mjs')
const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const keyFile = join(await temporaryHome(t), 'keys')
await writeFile(keyFile, Buffer.alloc(32, 'books').toString('base64'), { mode: 0o600 })
const settings = { databaseUrl: hostUrl, home, environment: { SIGNALBOX_KEY_FILE: keyFile } }

interface Entries {
  readonly items: readonly {
    readonly outcome: string
    readonly detail: { readonly count: number }
  }[]
}

interface Usage {
  readonly items: readonly { readonly key: string; readonly calls: string }[]
  readonly gaps: readonly object[]
}

function signalbox(host: HostProcess, ...words: string[]) {
  const env = {
    ...process.env,
    SIGNALBOX_URL: host.url,
    SIGNALBOX_TOKEN: OPERATOR_TOKEN,
    SIGNALBOX_LANG: 'en',
  }
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, [command, ...words], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })
}

/** A host outlives the test that started it. */
const whole = t
let host = await HostProcess.start(t, settings)
await installProbe(host)
const acme = await setUpTenant(host, 'acme', { capabilities: ['db:own'] })
const admin = () => host.as(acme.adminToken)

async function counted(outcome: string): Promise<number> {
  const path = `/v1/audit?action=service.call&outcome=${outcome}&limit=200`
  const { items } = await admin().request<Entries>('GET', path)
  return items.reduce((sum, { detail }) => sum + detail.count, 0)
}

t.test(
  'what was answered before a kill is in the audit, once, and the chain verifies',
  async (t) => {
    let [written, refused, read] = [0, 0, 0]
    for (let round = 0; round < ROUNDS; round++) {
      const notes = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          callProbe(host, acme.key, 'addNote', { text: `n${n}` }),
        ),
      )
      const wrong = await Promise.all(
        Array.from({ length: 5 }, () => callProbe(host, acme.key, 'addNote', {})),
      )
      const reads = await callProbe(host, acme.key, 'echo', { text: 'x' })
      await host.kill('SIGKILL')
      t.ok(notes.every(({ status }) => status === 200))
      t.ok(wrong.every(({ status }) => status === 400 || status === 422))
      t.equal(reads.status, 200)
      written += notes.length
      refused += wrong.length
      read += 1
      host = await HostProcess.start(whole, settings)
      const writes = async () => {
        const path = '/v1/audit?subject=probe.one@1/addNote&outcome=done&limit=200'
        return (await admin().request<Entries>('GET', path)).items.length
      }
      await until(async () => (await writes()) >= written, 90_000)
      t.equal(await writes(), written)
      await until(async () => (await counted('CORE_INPUT_INVALID')) >= refused, 90_000)
      t.equal(await counted('CORE_INPUT_INVALID'), refused)
    }
    const usage = await admin().request<Usage>('GET', '/v1/usage?by=subscription')
    const calls = Number(usage.items[0]?.calls ?? 0)
    t.ok(calls <= written + refused + read, 'no call is counted twice')
    t.equal(usage.gaps.length, ROUNDS, 'each kill is a gap')
    const path = '/v1/audit:verify?tenant=acme'
    await until(async () => {
      const { unsealed } = await host.client.request<{ unsealed: { waiting: number } }>('GET', path)
      return unsealed.waiting === 0
    }, 90_000)
    t.match(await host.client.request('GET', path), { ok: true })
  },
)

t.test('the command line lists, verifies and exports', async (t) => {
  const folder = await temporaryHome(t)
  const [file, keys] = [join(folder, 'acme.ndjson.gz'), join(folder, 'keys.json')]
  const listed = await signalbox(host, 'audit', 'list', '--tenant', 'acme', '--limit', '3')
  t.match(listed, { code: 0, output: /probe\.one@1\/addNote/ })
  t.match(await signalbox(host, 'audit', 'verify', '--tenant', 'acme'), {
    code: 0,
    output: /acme: verified/,
  })
  t.match(await signalbox(host, 'audit', 'verify'), { code: 0, output: /:host: verified/ })
  t.match(await signalbox(host, 'audit', 'export', '--tenant', 'acme', '--out', file, '--gz'), {
    code: 0,
  })
  await writeFile(keys, JSON.stringify(await host.client.request('GET', '/v1/signing-keys')))
  t.match(await signalbox(host, 'audit', 'verify', '--file', file, '--keys', keys), {
    code: 0,
    output: /acme: verified/,
  })
  t.match(await signalbox(host, 'audit', 'verify', '--file', file), { output: /compare/ })
  t.match(await signalbox(host, 'audit', 'verify', '--tenant', 'acme', '--against', file), {
    code: 0,
  })
  const month = new Date().toISOString().slice(0, 7)
  const draft = await signalbox(host, 'usage', 'statement', month, '--tenant', 'acme')
  t.match(JSON.parse(draft.output), { state: 'open', statement: { party: 'tenant:acme', month } })
  const closed = await signalbox(host, 'usage', 'statement', '2025-01', '--tenant', 'acme')
  t.match(JSON.parse(closed.output), { state: 'closed', statement: { lines: [] } })
  // Those before the kill may be in the gap.
  await callProbe(host, acme.key, 'addNote', { text: 'after' })
  t.match(await signalbox(host, 'usage', 'show', '--by', 'operation'), {
    code: 0,
    output: /addNote/,
  })
})

t.test('a request that is refused is in the audit of who made it', async (t) => {
  await t.rejects(admin().request('GET', '/v1/audit-policy'), { name: 'HostRefusal' })
  await until(async () => {
    const { items } = await admin().request<Entries>('GET', '/v1/audit?action=request.refused')
    return items.length === 1 && items[0]?.outcome === 'CORE_FORBIDDEN'
  }, 90_000)
})

t.test(
  'a host that is stopped in order leaves no gap, and everything sealed and signed',
  async (t) => {
    const before = await admin().request<Usage>('GET', '/v1/usage')
    await callProbe(host, acme.key, 'echo', { text: 'x' })
    await host.kill('SIGTERM')
    host = await HostProcess.start(whole, settings)
    // A machine that starts a host beside much else may keep PostgreSQL from answering in time.
    let after: Usage | undefined
    await until(async () => {
      after = await admin()
        .request<Usage>('GET', '/v1/usage')
        .catch((error) => {
          if (error.problem?.code === 'CORE_DATABASE_UNAVAILABLE') return undefined
          throw error
        })
      return after !== undefined
    }, 90_000)
    t.equal(after?.gaps.length, before.gaps.length)
    const part = await host.client.request<{ checkpoints: number }>(
      'GET',
      '/v1/audit:verify?tenant=acme',
    )
    t.match(part, { ok: true })
    t.ok(part.checkpoints > 0)
  },
)
