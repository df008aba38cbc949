import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const release = await releaseProbe(t, host)
await release('1.0.0')
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex')
await release('1.1.0')

interface Rollout {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly revision: number
  readonly asks: string | null
  readonly units: number
  readonly cohortKeyMissing: number
  readonly waiting: { readonly en: string } | null
}

/** Held, as a step at 100 % else ends with the first call. */
const full = { weightBp: 10_000, hold: { exposures: 1000 } }
const ask = <Answer>(method: string, path: string, body?: object) =>
  host.client.request<Answer>(method, path, body)
const read = (id: string) => ask<Rollout>('GET', `/v1/rollouts/${id}`)
const tell = (id: string, command: string) =>
  ask<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

async function start(wish: object): Promise<string> {
  const { id } = await ask<Rollout>('POST', '/v1/rollouts', {
    plugin: probe,
    version: '1.1.0',
    ...wish,
  })
  await tell(id, 'start')
  return id
}

const versionFor = async (key: string, text = 'x') =>
  (await callProbe(host, key, 'echo', { text })).headers.get('signalbox-version')
const assigned = (tenant: string, key = 'x') =>
  ask<{ arm: string; by: string; reason: string }>(
    'GET',
    `/v1/assignment?plugin=${encodeURIComponent(probe)}&tenant=${tenant}&key=${key}`,
  )

t.test('a named cohort is given the new version first, and who is denied never', async (t) => {
  await ask('PUT', '/v1/cohorts/suzhou', { members: ['tenant:acme'] })
  const first = { weightBp: 0, cohort: 'suzhou', hold: { exposures: 1000 } }
  const id = await start({ steps: [first, full] })
  t.equal(await versionFor(acme.key), '1.1.0')
  t.equal(await versionFor(globex.key), '1.0.0')
  t.match(await assigned('acme'), { arm: 'canary', by: 'cohort' })
  t.match((await assigned('acme')).reason, 'cohort "suzhou"')
  t.match(await assigned('globex'), { arm: 'stable', by: 'none' })
  await ask('PUT', '/v1/cohorts/suzhou', { members: ['tenant:globex'] })
  t.equal(await versionFor(globex.key), '1.0.0', 'a change moves nobody of a rollout that runs')
  await tell(id, 'abort')
  t.equal(await versionFor(acme.key), '1.0.0')
  const denied = await start({ steps: [full], deny: ['tenant:globex'] })
  t.equal(await versionFor(acme.key), '1.1.0')
  t.equal(await versionFor(globex.key), '1.0.0')
  await tell(denied, 'abort')
})

t.test('what is drawn by an entity stays together, and without one on stable', async (t) => {
  const half = { weightBp: 5000, hold: { units: 1000 } }
  const id = await start({ steps: [half, full], cohortBy: 'entity', keys: { entity: '/text' } })
  const seen = new Set<string | null>()
  for (let entity = 0; entity < 12; entity++) {
    const version = await versionFor(acme.key, `O-${entity}`)
    seen.add(version)
    t.equal(await versionFor(acme.key, `O-${entity}`), version)
    const { arm } = await assigned('acme', `O-${entity}`)
    t.equal(version, arm === 'canary' ? '1.1.0' : '1.0.0')
  }
  t.equal(seen.size, 2)
  t.equal(await versionFor(acme.key, ''), '1.0.0')
  const told = await untilRollout(id, ({ cohortKeyMissing }) => cohortKeyMissing > 0)
  t.equal(told.cohortKeyMissing, 1)
  t.ok(told.units > 0 && told.units < 12, `${told.units} entities`)
  await tell(id, 'abort')
})

/** The counters of the node are written four times a second. */
async function untilRollout(id: string, isSo: (rollout: Rollout) => boolean): Promise<Rollout> {
  let rollout = await read(id)
  await until(async () => {
    rollout = await read(id)
    return isSo(rollout)
  })
  return rollout
}

t.test('an approval is the word of an admin of the tenant that the plan names', async (t) => {
  const id = await start({ steps: [{ approve: { tenant: 'acme' } }, full] })
  const path = `/v1/rollouts/${id}/approve`
  const admin = host.as(acme.adminToken)
  t.equal((await refusal(ask('POST', path, {}))).code, 'CORE_FORBIDDEN')
  t.equal(
    (await refusal(host.as(globex.adminToken).request('POST', path, {}))).code,
    'CORE_ROLLOUT_MISSING',
  )
  const { items } = await admin.request<{ items: Rollout[] }>('GET', '/v1/tenants/acme/approvals')
  t.match(items, [{ id, asks: 'approval' }])
  await ask('PUT', '/v1/rollout-lockdown', { isOn: true, reason: 'audit' })
  t.equal((await refusal(admin.request('POST', path, {}))).code, 'CORE_ROLLOUT_COMMAND_REFUSED')
  t.match((await read(id)).waiting?.en, /locked down: audit/)
  await ask('PUT', '/v1/rollout-lockdown', { isOn: false })
  t.match(await admin.request('POST', path, { reason: 'seen' }), { step: 1 })
  t.equal(await versionFor(acme.key), '1.1.0')
  await tell(id, 'abort')
})

t.test('what happened is followed as CloudEvents, in order and without a gap', async (t) => {
  interface Page {
    readonly items: readonly { id: string; type: string; sequence: string; subject: string }[]
    readonly next: number
  }
  const seen: Page['items'][number][] = []
  for (let after = 0; ; ) {
    const page = await ask<Page>('GET', `/v1/rollout-events?after=${after}&limit=3`)
    if (page.items.length === 0) break
    seen.push(...page.items)
    after = page.next
  }
  t.equal(new Set(seen.map(({ id }) => id)).size, seen.length)
  const sequences = seen.map(({ sequence }) => Number(sequence))
  t.same(
    sequences,
    sequences.toSorted((one, other) => one - other),
  )
  const last = seen.at(-1)?.subject
  t.same(
    seen.filter(({ subject }) => subject === last).map(({ type }) => type),
    ['created', 'start', 'approve', 'abort'].map((what) => `signalbox.rollout.${what}`),
  )
})

t.test('a command upon an older revision is told so; an abort is done all the same', async (t) => {
  const id = await start({ steps: [full] })
  const send = (command: string, revision: number | string) =>
    fetch(`${host.url}/v1/rollouts/${id}/${command}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${OPERATOR_TOKEN}`,
        'content-type': 'application/json',
        'if-match': typeof revision === 'string' ? revision : `"${revision}"`,
      },
      body: '{}',
    })
  t.equal((await send('pause', 0)).status, 412)
  for (const weak of ['W/"1"', 'W/"1", "x", "0"']) t.equal((await send('pause', weak)).status, 412)
  t.equal((await send('pause', 'one')).status, 400)
  t.equal((await send('pause', '"7", "1"')).status, 200)
  t.equal((await send('abort', 0)).status, 200)
  t.match(await read(id), { state: 'aborted' })
})

t.test('what is no plan, cohort or freeze is 4xx with its place', async (t) => {
  const faulty: readonly (readonly [method: string, path: string, body: object])[] = [
    ['POST', '/v1/rollouts', { plugin: probe, version: '1.1.0', steps: [{ approve: {} }, full] }],
    ['POST', '/v1/rollouts', { plugin: probe, version: '1.1.0', steps: [full], keys: { unit: 1 } }],
    ['POST', '/v1/rollouts', { plugin: probe, version: '1.1.0', steps: [full], allow: ['acme'] }],
    ['PUT', '/v1/cohorts/suzhou', { members: ['tenant:A'] }],
    ['PUT', '/v1/rollout-freezes/x', { time: { from: 'now', to: 'then' }, reason: 'x' }],
  ]
  for (const [method, path, body] of faulty) {
    t.equal((await refusal(ask(method, path, body))).code, 'CORE_INPUT_INVALID', path)
  }
})
