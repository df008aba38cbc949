import t from 'tap'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import {
  abortRollout,
  drawnCalls,
  echoUntilDecided,
  readRollout,
  startShadow,
  untilRollout,
} from '../support/shadow.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const settings = {
  home: await temporaryHome(t),
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
}
const host = await HostProcess.start(t, settings)
// What hangs is waited for up to its deadline, and the next comparison waits behind it.
const release = await releaseProbe(t, host, { deadlineMs: 1500 })
await release('1.0.0')
await release('1.1.0')
const acme = await setUpTenant(host, 'acme')
const admin = host.as(acme.adminToken)

/** What callers of stable wait for, with nothing beside. */
async function medianOf(calls: number): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < calls; call++) {
    const began = performance.now()
    await callProbe(host, acme.key, 'echo', { text: `call ${call}` })
    times.push(performance.now() - began)
  }
  return median(times)
}

const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number

const misbehaviours = {
  throws: "throw new Error('on purpose')",
  hangs: 'return new Promise(() => undefined)',
  loops: 'for (;;);',
} as const

for (const [index, [kind, code]] of Object.entries(misbehaviours).entries()) {
  t.test(
    `a version that ${kind} neither changes nor delays what callers are answered`,
    async (t) => {
      const version = `1.2.${index}`
      await release(version, `({ text }) => { if (text !== 'x') { ${code} } return { text } }`)
      const before = await medianOf(40)
      const id = await startShadow(host, version, {})
      const { wrong, calls, times } = await echoUntilDecided(host, acme.key, id, 1200, 500)
      t.same(wrong, [])
      const rollout = await untilRollout(host, id, ({ state }) => state !== 'running')
      t.equal(rollout.state, 'aborted')
      t.match(rollout.transitions.at(-1)?.reason.en, /^stopped/)
      t.equal(rollout.calls.canary, 0)
      // Other tests run on the same machine: what is slow before or after is not the version's doing.
      const alone = Math.max(before, await medianOf(40))
      const beside = median(times)
      const figures = [alone, beside, Math.max(...times)].map((ms) => ms.toFixed(1)).join(', ')
      t.comment(`${kind}: ms alone, beside, at most: ${figures}; ${calls} calls`)
      // Whoever waited for the version would wait a second or more, until its turn or its deadline is over.
      t.ok(beside < 2 * alone + 500, `${beside} ms, and ${alone} ms with nothing beside`)
    },
  )
}

t.test('recorded calls are run again where none come', async (t) => {
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(probe)}`
  // One in ten is the most that a tenant can ask for.
  await admin.request('PUT', `${path}/sampling`, { version: '1.0.0', shareBp: 1000 })
  for (let batch = 0; batch < 30; batch++) {
    const texts = Array.from({ length: 10 }, (_, index) => `recorded ${batch}.${index}`)
    await Promise.all(texts.map((text) => callProbe(host, acme.key, 'echo', { text })))
  }
  await admin.request('PUT', `${path}/sampling`, { version: '1.0.0', shareBp: 0 })
  const good = await startShadow(host, '1.1.0', { minRequests: 10, replay: true })
  const gone = await untilRollout(host, good, ({ step }) => step === 1)
  t.ok((gone.shadow?.replayed ?? 0) >= 10, 'all of them recorded ones')
  t.match(gone.transitions.at(-1)?.reason.en, /recorded/)
  await abortRollout(host, good)

  await release('1.3.0', "({ text }) => ({ text: text.startsWith('recorded') ? 'lost' : text })")
  const bad = await startShadow(host, '1.3.0', { minRequests: 10, replay: true })
  const stopped = await untilRollout(host, bad, ({ state }) => state === 'aborted')
  t.match(stopped.shadow?.paths[0], { path: '/text', stable: 0 })
  t.ok((stopped.shadow?.replayed ?? 0) >= 2)
})

t.test('what was compared before a kill -9 still counts after it', async (t) => {
  const id = await startShadow(host, '1.1.0', { minRequests: 40 })
  await echoUntilDecided(host, acme.key, id, 20)
  const before = await untilRollout(host, id, ({ shadow }) => (shadow?.compared ?? 0) >= 10)
  await host.kill('SIGKILL')
  const second = await HostProcess.start(t, settings)
  const after = await readRollout(second, id)
  t.match(after, { state: 'running', step: 0 })
  t.ok((after.shadow?.compared ?? 0) >= (before.shadow?.compared ?? 0))
  // Few at a time: what is compared between two looks of the judge counts as well.
  let decided = after
  for (let round = 0; decided.step === 0 && round < 80; round++) {
    const seen = drawnCalls(decided)
    t.same((await echoUntilDecided(second, acme.key, id, 5)).wrong, [])
    decided = await untilRollout(
      second,
      id,
      (rollout) => rollout.step > 0 || drawnCalls(rollout) > seen,
    )
    if (decided.step === 0) t.ok((decided.shadow?.compared ?? 0) >= (after.shadow?.compared ?? 0))
  }
  t.match(decided, { step: 1 })
  // On a full machine many calls are not compared: it is the comparisons that count.
  const told = decided.transitions.at(-1)?.evidence['shadow'] as { compared: number } | undefined
  const more = (told?.compared ?? Number.NaN) - (after.shadow?.compared ?? 0)
  t.ok(more < 40, `${more} more comparisons: it does not begin again`)
})
