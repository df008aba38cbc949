import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { echoWhileRunning, startHeld, wrongAnswers } from '../support/canary-load.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { abortRollout } from '../support/shadow.ts'

/** Canaries that are well by themselves: for nine tenants of ten, without load, for their first calls. */

const { hostUrl, pluginUrl } = await testDatabases(t)
const environment = { PLUGIN_DATABASE_URL: pluginUrl }
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
// By wall time: where all of this has a seventh of a core, even a first call of stable computes for over a second.
const release = await releaseProbe(t, host, { turnMs: 2000 })

/**
 * Asks its database, and computes as long as `work` says of the calls that wait beside it. What the
 * self-test asks is answered at once.
 */
const waiting = (work: string) => `(() => {
  let inFlight = 0
  const answer = async (text, ctx) => {
    inFlight++
    await ctx.db.query('select 1')
    let sum = 0
    for (let turn = 0; turn < ${work}; turn++) sum = (Math.imul(sum, 1664525) + 1013904223) | 0
    inFlight--
    return { text: sum === 1 ? '' : text }
  }
  return ({ text }, ctx) => (text === 'x' ? { text } : answer(text, ctx))
})()`
const steady = waiting('1e5')
await release('1.0.0', steady)
const plan = { ratePerS: 1_000_000, burst: 1_000_000 }
await host.client.request('PUT', '/v1/catalog/services/probe.one/versions/1/plans/standard', plan)
const tenants = await Promise.all(
  Array.from({ length: 10 }, (_, index) => setUpTenant(host, `tenant-${index}`)),
)
const keys = tenants.map(({ key }) => key)

t.test(
  'a canary that fails for one tenant of ten is taken back, and nobody sees it fail',
  async (t) => {
    await release(
      '1.1.0',
      `({ text }, ctx) => { if (ctx?.tenant === 'tenant-3') throw new Error('bad'); return { text } }`,
    )
    const id = await startHeld(host, '1.1.0', 5000)
    const { rollout, answers } = await echoWhileRunning(host, id, { keys, atOnce: 10, most: 2000 })
    t.equal(rollout.state, 'aborted')
    t.same(wrongAnswers(answers), [], 'stable answered all')
    const last = rollout.transitions.at(-1)
    t.equal(last?.actor, 'judge')
    t.match(
      last?.reason.en,
      /^stopped: (\d+) of \1 failed calls were of 1\.1\.0, which had \d+(\.\d+)? % of all calls/,
    )
    t.match(last?.reason['zh-CN'], /其承担全部调用的 \d+(\.\d+)? %/)
    t.comment(`${rollout.calls.canary} calls of the canary: ${last?.reason.en}`)
  },
)

t.test(
  'a canary that is slow only under load is found there; one as fast as stable goes on',
  async (t) => {
    // Far from what a full machine does to stable's times, and within what a turn may take.
    await release('1.2.0', waiting('8e6 * Math.min(inFlight - 1, 3)'))
    await release('1.3.0', waiting('1.0e5'))
    const [key = ''] = keys
    const id = await startHeld(host, '1.2.0', 5000)
    const alone = await echoWhileRunning(host, id, { keys: [key], atOnce: 1, most: 150 })
    t.equal(alone.rollout.state, 'running', 'by itself it is as fast')
    const crowd = { keys: [key], atOnce: 16, most: 1600 }
    const { rollout, answers } = await echoWhileRunning(host, id, crowd)
    t.equal(rollout.state, 'aborted')
    t.same(wrongAnswers(answers), [])
    const reason = rollout.transitions.at(-1)?.reason.en
    // On a full machine its turns are over their limit before there are enough slow ones.
    t.match(reason, /^stopped: \d+ (of \d+ calls slower than .* 1\.0\.0 were of|calls of) 1\.2\.0/)
    t.comment(`${rollout.calls.canary} calls of the canary: ${reason}`)
    if (rollout.state === 'running') await abortRollout(host, id)
    const healthy = await startHeld(host, '1.3.0', 5000)
    const beside = await echoWhileRunning(host, healthy, { ...crowd, most: 480 })
    t.equal(beside.rollout.state, 'running')
    t.same(wrongAnswers(beside.answers), [])
    await abortRollout(host, healthy)
  },
)

t.test('a canary that keeps what it was given dies of it, and is taken back', async (t) => {
  await release(
    '1.4.0',
    `(() => {
      const kept = []
      return ({ text }) => {
        if (text !== 'x') kept.push(new Array(5e5).fill(0.5 + kept.length))
        return { text }
      }
    })()`,
  )
  const [key = ''] = keys
  const id = await startHeld(host, '1.4.0', 2500)
  const { rollout, answers } = await echoWhileRunning(host, id, {
    keys: [key],
    atOnce: 4,
    most: 3000,
  })
  t.equal(rollout.state, 'aborted')
  t.same(wrongAnswers(answers), [], 'stable answered all')
  const last = rollout.transitions.at(-1)
  t.equal(last?.actor, 'judge')
  t.match(last?.reason.en, /^stopped: .*1\.4\.0/)
  t.match(last?.reason['zh-CN'], /^已停止：/)
  await until(() => host.log().includes('SBX_MEMORY_EXCEEDED'))
  t.comment(`${rollout.calls.canary} calls of the canary: ${last?.reason.en}`)
})
