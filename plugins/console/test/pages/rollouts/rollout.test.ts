import t from 'tap'
import { stepsByWeights } from '../../../web/pages/rollouts/own-weights.ts'
import {
  commandLines,
  evidenceShare,
  startLine,
  tracePoints,
} from '../../../web/pages/rollouts/rollout.ts'

t.test('evidence is drawn by its logarithm, from none to the abort line', async (t) => {
  t.equal(evidenceShare(0.2, 100), 0)
  t.equal(evidenceShare(1, 100), 0)
  t.equal(evidenceShare(10, 100), 0.5)
  t.equal(evidenceShare(1e9, 100), 1)
})

t.test('points lie in time from the first to the last', async (t) => {
  const point = (second: number) => ({
    at: `2026-01-01T00:00:0${second}Z`,
    step: 0,
    weightBp: 100,
    e: 1,
    calls: { stable: 0, canary: 0 },
  })
  t.same(
    tracePoints([point(0), point(1), point(4)], 100).map(({ x }) => x),
    [0, 0.25, 1],
  )
  t.same(
    tracePoints([point(3)], 100).map(({ x }) => x),
    [0],
  )
})

t.test('weights of a person become steps that end with all calls', async (t) => {
  const hold = { minutes: 2, calls: 50 }
  t.same(stepsByWeights('5, 50', hold), [
    { weightBp: 500, hold: { durationMs: 120_000, exposures: 50 } },
    { weightBp: 5000, hold: { durationMs: 120_000, exposures: 50 } },
    { weightBp: 10_000, hold: {} },
  ])
  t.same(
    stepsByWeights('12.5 % 100 %', hold)?.map(({ weightBp }) => weightBp),
    [1250, 10_000],
  )
})

t.test('weights that fall, are none or beyond all calls are no plan', async (t) => {
  for (const text of ['', '0', '50, 5', '5, 5', '101', 'ten', '-1']) {
    t.equal(stepsByWeights(text, { minutes: 1, calls: 1 }), undefined, text)
  }
})

t.test('what may be done with a rollout has its command line', async (t) => {
  const of = { id: 'rol_1', plugin: '@acme/orders', from: '1.0.0' }
  t.same(commandLines({ ...of, state: 'running' }), [
    'npx signalbox rollout abort rol_1',
    'npx signalbox rollout pause rol_1',
    'npx signalbox rollout promote rol_1',
    'npx signalbox rollout analysis rol_1',
  ])
  t.equal(
    commandLines({ ...of, state: 'completed' })[0],
    'npx signalbox plugin rollback @acme/orders --to 1.0.0',
  )
})

t.test('a plan of steps of its own is started from a file', async (t) => {
  const wish = { plugin: '@acme/orders', version: '1.1.0' }
  t.equal(startLine(wish), 'npx signalbox rollout start @acme/orders@1.1.0')
  t.equal(
    startLine({ ...wish, steps: [{ weightBp: 10_000 }], cohortBy: 'tenant' }),
    `echo '[{"weightBp":10000}]' > steps.json && npx signalbox rollout start @acme/orders@1.1.0 --steps steps.json --by tenant`,
  )
})
