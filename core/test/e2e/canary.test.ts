import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const release = await releaseProbe(t, host)

interface Rollout {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly weightBp: number
  readonly calls: { readonly stable: number; readonly canary: number }
  readonly transitions: readonly { command: string; actor: string; reason: { en: string } }[]
}

const read = (id: string) => host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
const tell = (id: string, command: string) =>
  host.client.request<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

async function startRollout(version: string, steps: object[]): Promise<string> {
  const { id } = await host.client.request<Rollout>('POST', '/v1/rollouts', {
    plugin: probe,
    version,
    steps,
  })
  await tell(id, 'start')
  return id
}

await release('1.0.0')
const acme = await setUpTenant(host, 'acme')
const full = { weightBp: 10_000, hold: {} }
const half = { weightBp: 5000, hold: { durationMs: 60_000 } }

/** Between two rounds of eight calls: on a quiet machine they would be more than the plan's 200 a second. */
const pauseMs = 40

/**
 * Calls until the rollout has left `running`, or the deadline; every answer is looked at. `isPaced`: the next are sent
 * when the judge has seen those before, so that how many there were does not depend on how quick it was.
 */
async function callUntilDone(
  id: string,
  isPaced = false,
): Promise<{ rollout: Rollout; statuses: Map<string, number> }> {
  const statuses = new Map<string, number>()
  const deadline = Date.now() + 120_000
  let rollout = await read(id)
  while (rollout.state === 'running' && Date.now() < deadline) {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => callProbe(host, acme.key, 'echo', { text: 'hello' })),
    )
    for (const { status, headers, body } of replies) {
      const key = `${status} ${headers.get('signalbox-version') ?? body.code}`
      statuses.set(key, (statuses.get(key) ?? 0) + 1)
    }
    await delay(pauseMs)
    rollout = await read(id)
    while (isPaced && !isSeen(rollout, statuses) && Date.now() < deadline) rollout = await read(id)
  }
  return { rollout, statuses }
}

const isSeen = ({ state, calls }: Rollout, statuses: Map<string, number>) =>
  state !== 'running' ||
  calls.stable + calls.canary >= [...statuses.values()].reduce((sum, one) => sum + one, 0)

const errors = (statuses: Map<string, number>) =>
  [...statuses.keys()].filter((key) => !key.startsWith('200 '))

t.test(
  'a version that throws is taken back after a few calls, and no caller sees it',
  async (t) => {
    await release(
      '1.1.0',
      "({ text }) => { if (text !== 'x') throw new Error('bad'); return { text } }",
    )
    const id = await startRollout('1.1.0', [half, full])
    const { rollout, statuses } = await callUntilDone(id, true)
    t.equal(rollout.state, 'aborted')
    t.same(errors(statuses), [], 'stable answered all')
    const last = rollout.transitions.at(-1)
    t.equal(last?.actor, 'judge')
    t.match(last?.reason.en, /^stopped/)
    t.ok(rollout.calls.canary <= 40, `${rollout.calls.canary} calls of the canary`)
    t.equal(rollout.weightBp, 0)
  },
)

t.test('a version that answers against its contract is taken back by the first call', async (t) => {
  await release('1.2.0', "({ text }) => (text === 'x' ? { text } : { answer: text })")
  const id = await startRollout('1.2.0', [half, full])
  const { rollout, statuses } = await callUntilDone(id)
  t.equal(rollout.state, 'aborted')
  t.same(errors(statuses), [])
  t.match(rollout.transitions.at(-1)?.reason.en, 'contract')
})

t.test('a good version goes through its steps to stable, and back at once by hand', async (t) => {
  await release('1.3.0')
  const step = (weightBp: number) => ({ weightBp, hold: { durationMs: 200, exposures: 5 } })
  const id = await startRollout('1.3.0', [step(1000), step(5000), full])
  const { rollout, statuses } = await callUntilDone(id)
  t.equal(rollout.state, 'completed')
  t.same(errors(statuses), [])
  t.same(
    rollout.transitions.map(({ command }) => command),
    ['start', 'advance', 'advance', 'promote'],
  )
  const served = async () =>
    (await callProbe(host, acme.key, 'echo', { text: 'x' })).headers.get('signalbox-version')
  t.equal(await served(), '1.3.0')
  await host.client.request('POST', '/v1/plugins/@probe%2Fone:rollback', { reason: 'a look' })
  t.equal(await served(), '1.0.0')
  t.match(await read(id), { state: 'rolled_back' })
})

t.test(
  'pause keeps the weight, abort takes it away, and a finished rollout is told nothing',
  async (t) => {
    const id = await startRollout('1.3.0', [half, full])
    t.match(await tell(id, 'pause'), { state: 'paused', weightBp: 5000 })
    t.match(await tell(id, 'resume'), { state: 'running', weightBp: 5000 })
    const second = await host.client.request<Rollout>('POST', '/v1/rollouts', {
      plugin: probe,
      version: '1.2.0',
    })
    t.equal((await refusal(tell(second.id, 'start'))).code, 'CORE_ROLLOUT_COMMAND_REFUSED')
    t.match(await tell(id, 'abort'), { state: 'aborted', weightBp: 0 })
    t.equal((await refusal(tell(id, 'resume'))).code, 'CORE_ROLLOUT_COMMAND_REFUSED')
    await delay(0)
  },
)

t.test('the assignment of a key is explained, and is the one that calls meet', async (t) => {
  const id = await startRollout('1.3.0', [half, full])
  const path = (key: string) =>
    `/v1/assignment?plugin=${encodeURIComponent(probe)}&tenant=acme&key=${key}`
  const arms = new Set<string>()
  for (let key = 0; key < 40; key++) {
    const found = await host.client.request<{ arm: string; bucket: number; weightBp: number }>(
      'GET',
      path(`request-${key}`),
    )
    t.equal(found.arm, found.bucket < found.weightBp ? 'canary' : 'stable')
    arms.add(found.arm)
  }
  t.equal(arms.size, 2)
  await tell(id, 'abort')
})
