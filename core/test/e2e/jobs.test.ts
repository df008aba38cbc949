import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callTimer, installTimer, keptRuns, setUpTimer, timer } from '../support/timer.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installTimer(host)
const acme = await setUpTimer(host, 'acme')
const globex = await setUpTimer(host, 'globex')
const admin = host.as(acme.adminToken)
const path = '/v1/tenants/acme/plugins/@timer%2Fone'

interface JobView {
  readonly job: string
  readonly active: boolean
  readonly nextAt: string | null
  readonly state: string | null
  readonly asked: Readonly<Record<string, number>> | null
  readonly runs: Readonly<Record<string, number>>
  readonly last: { readonly outcome: string; readonly code: string | null } | null
}

async function job(name: string): Promise<JobView> {
  const { items } = await admin.request<{ items: JobView[] }>('GET', `${path}/jobs`)
  const found = items.find((item) => item.job === name)
  if (found === undefined) throw new Error(`${name} is not listed`)
  return found
}

const schedule = (key: string, name: string, when: object) =>
  callTimer(host, key, 'schedule', { job: name, when })

const runsOf = async (key: string, payload: string) =>
  (await keptRuns(host, key)).filter((run) => run.payload === payload)

t.test('a job that a plugin asks for runs at its instant, once, for its own tenant', async (t) => {
  const asked = Date.now()
  const { status, body } = await schedule(acme.key, 'note', { afterMs: 300, payload: 'soon' })
  t.equal(status, 200, JSON.stringify(body))
  t.match(body.id, /^sch_[0-9a-f]{24}$/)
  await until(async () => (await runsOf(acme.key, '"soon"')).length > 0)
  const [run] = await runsOf(acme.key, '"soon"')
  t.match(run, { job: 'note', attempt: 1, run_id: /^run_[0-9a-f]{24}$/ })
  t.ok(Number(run?.scheduled_at) >= asked + 300)
  t.ok(Number(run?.began_at) >= Number(run?.scheduled_at))
  t.same(await keptRuns(host, globex.key), [])
  await until(async () => (await job('note')).runs.done === 1)
  t.match(await job('note'), { active: true, state: null, last: { outcome: 'done' } })
})

t.test('a cron job of the manifest is there from the consent on, and can be run now', async (t) => {
  await until(async () => (await job('nightly')).nextAt !== null)
  const { nextAt, state } = await job('nightly')
  t.match(nextAt, /T18:00:00\.000Z$/)
  t.equal(state, 'waiting')
  const answer = await admin.request('POST', `${path}/jobs/nightly:run`, { payload: 'now' })
  t.same(answer, { job: 'nightly', schedule: null })
  await until(async () => (await runsOf(acme.key, '"now"')).length > 0)
  await until(async () => (await job('nightly')).state === 'waiting')
  t.equal((await job('nightly')).nextAt, nextAt)
  const { items } = await admin.request<{ items: object[] }>('GET', '/v1/audit?limit=200')
  t.match(
    items.find((entry) => (entry as { action: string }).action === 'job.run'),
    { subject: timer, tenant: 'acme', outcome: 'done', detail: { job: 'nightly' } },
  )
  // A run that nobody asked for by a host call uses the grant.
  await until(async () => {
    const { uses } = await admin.request<{ uses: object[] }>('GET', `${path}/uses`)
    return uses.some((use) => Reflect.get(use, 'facet') === 'nightly')
  })
})

t.test('units are metered for whoever called, and shown to the tenant alone', async (t) => {
  const usage = (query = '', as = admin) =>
    as.request<{ items: object[] }>('GET', `/v1/tenants/acme/usage${query}`)
  await until(async () => (await usage()).items.length >= 2)
  t.match((await usage()).items.slice().sort(byUnit), [
    {
      unit: 'asked',
      principal: 'app:app',
      operation: 'timer.one@1/schedule',
      units: '2',
      calls: 1,
    },
    { unit: 'nights', principal: 'host:job:nightly', operation: 'job:nightly', units: '1' },
  ])
  t.same((await usage('?plugin=@other%2Fone')).items, [])
  t.same((await usage('?from=2020-01-01&to=2020-12-31')).items, [])
  t.equal((await refusal(usage('?from=2026-02-30'))).code, 'CORE_INPUT_INVALID')
  t.equal((await refusal(usage('', host.as(globex.adminToken)))).code, 'CORE_FORBIDDEN')
})

const byUnit = (one: object, other: object) =>
  Reflect.get(one, 'unit') < Reflect.get(other, 'unit') ? -1 : 1

t.test('a failed run is tried again under its id; a refusal is not', async (t) => {
  await schedule(acme.key, 'fail', { afterMs: 0, payload: 'twice' })
  await schedule(acme.key, 'refuse', { afterMs: 0 })
  await until(async () => (await runsOf(acme.key, '"twice"')).length > 0)
  // What a run has written is there before the run is over, and that of another job is a matter of its own.
  await until(async () => (await job('fail')).runs.done === 1)
  await until(async () => (await job('refuse')).runs.refused === 1)
  t.match(await runsOf(acme.key, '"twice"'), [{ attempt: 2 }])
  t.match(await job('refuse'), { runs: { refused: 1 }, last: { code: 'NOT_TODAY' } })
})

t.test('a key moves, an id and a key cancel, and a list shows what is left', async (t) => {
  const later = { afterMs: 3_600_000, key: 'kept' }
  const first = (await schedule(acme.key, 'note', later)).body.id
  t.equal((await schedule(acme.key, 'note', { ...later, afterMs: 7_200_000 })).body.id, first)
  const spare = (await schedule(acme.key, 'slow', later)).body.id
  const { body } = await callTimer(host, acme.key, 'list')
  t.same(body.items.map((item: { id: string }) => item.id).sort(), [first, spare].sort())
  t.match(body.items[0], { key: 'kept', state: 'waiting' })
  const cancel = async (key: string, idOrKey: string) =>
    (await callTimer(host, key, 'cancel', { idOrKey })).body.cancelled
  t.equal(await cancel(globex.key, first), 0, 'not by another tenant')
  t.equal(await cancel(acme.key, spare), 1)
  t.equal(await cancel(acme.key, 'kept'), 1)
  t.same((await callTimer(host, acme.key, 'list')).body.items, [])
})

t.test('what may not be scheduled is refused by its code', async (t) => {
  const cases: readonly [name: string, job: string, when: object, code: string][] = [
    ['an unknown job', 'nothing', { afterMs: 0 }, 'CORE_JOB_UNKNOWN'],
    [
      'a large payload',
      'note',
      { afterMs: 0, payload: 'x'.repeat(17_000) },
      'CORE_JOB_PAYLOAD_TOO_LARGE',
    ],
    ['no instant', 'note', {}, 'CORE_INPUT_INVALID'],
    ['two instants', 'note', { at: 1, afterMs: 1 }, 'CORE_INPUT_INVALID'],
    ['a far instant', 'note', { afterMs: 4e11 }, 'CORE_INPUT_INVALID'],
    ['half a millisecond', 'note', { afterMs: 0.5 }, 'CORE_INPUT_INVALID'],
    [
      'a key like an id',
      'note',
      { afterMs: 0, key: `sch_${'0'.repeat(24)}` },
      'CORE_INPUT_INVALID',
    ],
    ['a key with U+0000', 'note', { afterMs: 0, key: 'a\u0000' }, 'CORE_INPUT_INVALID'],
    ['another tenant', 'note', { afterMs: 0, tenant: 'globex' }, 'CORE_INPUT_INVALID'],
  ]
  for (const [name, job, when, code] of cases) {
    const { status, body } = await schedule(acme.key, job, when)
    t.ok(status >= 400 && JSON.stringify(body).includes(code), `${name}: ${JSON.stringify(body)}`)
  }
  const unknown = await refusal(admin.request('POST', `${path}/jobs/nothing:run`, {}))
  t.equal(unknown.code, 'CORE_JOB_UNKNOWN')
})

t.test('a run at work ends at once when its plugin or an admin cancels it', async (t) => {
  const running = async () => (await job('slow')).asked?.running === 1
  const before = (await job('slow')).runs.done ?? 0
  const byPlugin = (key: string) => callTimer(host, acme.key, 'cancel', { idOrKey: key })
  const byAdmin = () => admin.request('POST', `${path}/jobs/slow:cancel`)
  for (const [payload, cancel] of [
    ['plugin', () => byPlugin('plugin')],
    ['admin', byAdmin],
  ] as const) {
    await schedule(acme.key, 'slow', { afterMs: 0, payload, key: payload })
    await until(async () => (await runsOf(acme.key, `"${payload}"`)).length > 0 && running())
    const answer = await cancel()
    t.match(payload === 'admin' ? answer : Reflect.get(answer as object, 'body'), { cancelled: 1 })
    await until(async () => (await metric('signalbox_jobs_running')) === 0)
    await until(async () => (await job('slow')).asked === null)
    t.equal((await runsOf(acme.key, `"${payload}"`)).length, 1, 'it wrote nothing more')
    const last = { outcome: 'cancelled', code: 'CORE_JOB_RUN_CANCELLED' }
    t.match(await job('slow'), { asked: null, last })
  }
  t.match((await job('slow')).runs, { done: before, failed: 0, cancelled: 2 })
  const nobody = admin.request('POST', `${path}/jobs/unknown:cancel`)
  t.equal((await refusal(nobody)).code, 'CORE_JOB_UNKNOWN')
  const stranger = host.as(globex.adminToken).request('POST', `${path}/jobs/slow:cancel`)
  t.equal((await refusal(stranger)).code, 'CORE_FORBIDDEN')
  const { items } = await admin.request<{ items: object[] }>('GET', '/v1/audit?limit=200')
  t.match(
    items.find((entry) => (entry as { action: string }).action === 'job.cancel'),
    { subject: timer, tenant: 'acme', outcome: 'done', detail: { job: 'slow' } },
  )
})

t.test('a disabled plugin runs nothing, and a run at work can do no more', async (t) => {
  await schedule(acme.key, 'slow', { afterMs: 0, payload: 'early' })
  await until(async () => (await runsOf(acme.key, '"early"')).length > 0)
  // Far from due when the plugin is disabled; it is moved once it is enabled again.
  const wish = { afterMs: 3_600_000, payload: 'paused', key: 'paused' }
  const { id } = (await schedule(acme.key, 'note', wish)).body
  await admin.request('PUT', path, { binding: 'disabled' })
  await until(async () => (await job('note')).asked?.paused === 1)
  t.match(await job('nightly'), { active: false, state: null })
  const refused = await refusal(admin.request('POST', `${path}/jobs/note:run`, {}))
  t.equal(refused.code, 'CORE_JOB_UNKNOWN')
  await until(async () => ((await job('slow')).asked?.running ?? 0) === 0)
  await admin.request('PUT', path, { binding: 'enabled' })
  t.equal((await runsOf(acme.key, '"late"')).length, 0)
  await until(async () => (await job('note')).asked?.waiting === 1)
  t.equal((await schedule(acme.key, 'note', { ...wish, afterMs: 0 })).body.id, id, 'it was kept')
  await until(async () => (await runsOf(acme.key, '"paused"')).length === 1)
})

t.test('without the grant there are no jobs, and what waits is kept', async (t) => {
  const { grants } = await admin.request<{ grants: { id: string; capability: string }[] }>(
    'GET',
    path,
  )
  const grant = grants.find(({ capability }) => capability === 'job:schedule')?.id
  const wish = { afterMs: 3_600_000, payload: 'kept', key: 'later' }
  const { id } = (await schedule(acme.key, 'note', wish)).body
  await admin.request('DELETE', `${path}/grants/${grant}`)
  const { body } = await schedule(acme.key, 'note', { afterMs: 0 })
  t.match(JSON.stringify(body), /CORE_GRANT_MISSING/)
  await until(async () => (await job('note')).asked?.paused === 1)
  await admin.request('POST', `${path}/grants`, { capabilities: ['job:schedule'] })
  await until(async () => (await job('note')).asked?.waiting === 1)
  t.equal((await schedule(acme.key, 'note', { ...wish, afterMs: 0 })).body.id, id, 'it was kept')
  await until(async () => (await runsOf(acme.key, '"kept"')).length === 1)
})

t.test('metrics tell how runs ended and how late they began', async (t) => {
  const text = await (await fetch(`${host.url}/metrics`)).text()
  t.match(text, /signalbox_job_runs_total\{plugin="@timer\/one",job="note",outcome="done"\} [1-9]/)
  t.match(text, /signalbox_job_runs_total\{plugin="@timer\/one",job="fail",outcome="retried"\} 1/)
  t.match(text, /signalbox_job_lateness_seconds_count [1-9]/)
})

async function metric(name: string): Promise<number> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const text = await (await fetch(`${host.url}/metrics`, { headers })).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}
