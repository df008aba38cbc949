import '../plain-spawn.ts'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test as TestBase } from 'tap'
import {
  BatchLanes,
  type BatchLanesEvent,
  type BatchLanesOptions,
} from '../../src/batch/batch-lanes.ts'
import { stuck } from '../guest-fixture.ts'
import { until } from '../until.ts'
import { type BatchFixture, batchOf, codeOf, columnOf, f64, udfBundle } from './batch-fixture.ts'

const source = udfBundle(`
  double: scalar({ args: ['f64'], returns: 'f64' }, (value) => value * 2),
  loop: scalar({ args: ['f64'], returns: 'f64' }, () => { for (;;); }),
  stuck: scalar({ args: ['f64'], returns: 'f64' }, () => ${stuck}),
  hoard: scalar({ args: ['f64'], returns: 'f64' }, () => {
    const map = new Map()
    for (let n = 0; ; n++) map.set(n, n)
  }),
`)

const started = async (t: TestBase, options: BatchLanesOptions = {}) => {
  const events: BatchLanesEvent[] = []
  const lanes = await BatchLanes.start({
    threads: 2,
    morselMs: 1000,
    ...options,
    onEvent: (event) => events.push(event),
  })
  t.teardown(() => lanes.stop())
  const run = (udf: string, fixture: BatchFixture = {}) =>
    lanes.run(batchOf(source, [f64(1, 2, 3)], { udf, heapMb: 256, ...fixture }))
  const lost = () => events.filter(({ kind }) => kind === 'batch-lane-lost')
  return { lanes, run, lost, events }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('guests that do not keep their limits', async (t) => {
  const { lanes, run, lost, events } = await started(t)

  t.test('an endless loop costs its isolate, not the process', async (t) => {
    const outcomes = await Promise.all([run('loop'), run('double', { tenant: 'other' })])
    t.same(outcomes.map(codeOf), ['SBX_BATCH_MORSEL_TIMEOUT', 'ok'])
    t.match(outcomes[0], { blame: 'plugin', error: { parameters: { udf: 'loop', limit: 1000 } } })
    t.same(lost(), [])
    t.match(columnOf(await run('double')), { values: Float64Array.of(2, 4, 6) })
  })

  t.test('a stuck one costs the process; it is blamed, its neighbour runs again', async (t) => {
    const [bad, ...good] = await Promise.all([
      run('stuck', { plugin: '@test/bad' }),
      run('double', { tenant: 'other' }),
      run('double', { tenant: 'third' }),
    ])
    t.equal(codeOf(bad), 'SBX_BATCH_MORSEL_TIMEOUT')
    t.same(good.map(codeOf), ['ok', 'ok'])
    t.match(lost(), [{ culprit: { plugin: '@test/bad', code: 'SBX_BATCH_MORSEL_TIMEOUT' } }])
  })

  t.test('a version that does so three times rests, and its publisher is told why', async (t) => {
    const again = () => run('stuck', { plugin: '@test/bad' })
    for (const strike of [2, 3]) {
      t.equal(codeOf(await again()), 'SBX_BATCH_MORSEL_TIMEOUT', `strike ${strike}`)
    }
    const resting = await run('double', { plugin: '@test/bad' })
    t.equal(codeOf(resting), 'SBX_CIRCUIT_OPEN')
    t.match(resting, { blame: 'plugin', error: { status: 503, parameters: { reached: 3 } } })
    t.equal(codeOf(await run('double')), 'ok', 'its neighbours go on')
    t.match(
      events.filter(({ kind }) => kind === 'circuit-opened'),
      [{ culprit: { plugin: '@test/bad' }, strikes: 3 }],
    )
  })

  t.test('one that hoards is ended, and neighbours are answered', async (t) => {
    const [bad, good] = await Promise.all([
      run('hoard', { plugin: '@test/hoarder', heapMb: 32 }),
      run('double', { tenant: 'other' }),
    ])
    t.match(codeOf(bad as never), /^SBX_BATCH_(MEMORY|MORSEL_TIMEOUT|LANE_LOST)$/)
    t.equal(codeOf(good as never), 'ok')
  })

  t.test('kill -9 from outside is nobody’s fault: what was under way runs again', async (t) => {
    await until(() => lanes.stats().lanes.some(({ mode }) => mode === 'serving'))
    const before = lost().length
    const slow = run('loop', { deadlineMs: 60_000 })
    await until(() => lanes.stats().lanes.some(({ morsels }) => morsels > 0))
    const atWork = lanes.stats().lanes.filter(({ morsels }) => morsels > 0)
    for (const { pid } of atWork) process.kill(pid, 'SIGKILL')
    t.equal(codeOf(await slow), 'SBX_BATCH_MORSEL_TIMEOUT')
    t.match(lost().slice(before, before + 1), [{ culprit: undefined, fault: { kind: 'external' } }])
  })
})

t.test('what is over its limits is told at once', async (t) => {
  const { lanes, run } = await started(t, {
    maxBatches: 4,
    maxBatchesPerTenant: 2,
    maxBytes: 1000,
    hasStandby: false,
    morselMs: 5000,
  })
  const slow = [run('loop', { deadlineMs: 600 }), run('loop', { deadlineMs: 600 })]
  const third = await run('double')
  t.equal(codeOf(third), 'SBX_BATCH_BUSY')
  t.match(third, { blame: 'host', error: { status: 429, retryAfterS: 1 } })
  const many = f64(...Array.from({ length: 200 }, () => 1))
  const large = await lanes.run(batchOf(source, [many], { udf: 'double', tenant: 'other' }))
  t.equal(codeOf(large), 'SBX_BATCH_BACKLOG')
  const uneven = await lanes.run(
    batchOf(source, [f64(1), f64(1, 2)], { udf: 'double', tenant: 'x' }),
  )
  t.equal(codeOf(uneven), 'SBX_BATCH_ARGUMENTS')
  for (const outcome of await Promise.all(slow)) {
    t.match(codeOf(outcome), /^SBX_BATCH_(DEADLINE|MORSEL_TIMEOUT)$/)
  }
  await lanes.stop()
  t.equal(codeOf(await run('double')), 'SBX_BATCH_STOPPED')
})

t.test('nothing survives the host', async (t) => {
  const program = fileURLToPath(new URL('./batch-host-that-dies.ts', import.meta.url))
  const host = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'], env: {} })
  t.teardown(() => host.kill('SIGKILL'))
  const [line] = (await createInterface({ input: host.stdout })
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => [value])) as [string]
  const pids = JSON.parse(line) as number[]
  t.ok(pids.length > 0 && pids.every(isAlive))
  host.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
})
