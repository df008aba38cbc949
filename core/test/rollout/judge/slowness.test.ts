import t from 'tap'
import { Slowness } from '../../../src/rollout/judge/slowness.ts'

/** Stable's calls take 10 to 109 ms, evenly. */
function learned(options?: ConstructorParameters<typeof Slowness>[0]): Slowness {
  const slowness = new Slowness(options)
  for (let call = 0; call < 500; call++) slowness.observe('stable', 10 + (call % 100))
  return slowness
}

t.test('a call falls between the lines that stable’s recent calls draw', async (t) => {
  const slowness = learned({ warmUpCalls: 0 })
  slowness.observe('canary', 10)
  t.equal(slowness.observe('canary', 20), 'fast')
  t.equal(slowness.observe('canary', 80), 'overHalf')
  t.equal(slowness.observe('canary', 92), 'overQuarter')
  t.equal(slowness.observe('canary', 107), 'overTenth')
  t.equal(slowness.observe('canary', 500), 'overHundredth')
  t.equal(slowness.observe('canary', Number.POSITIVE_INFINITY), 'overHundredth')
})

t.test('both arms are held to the same lines', async (t) => {
  const slowness = learned({ warmUpCalls: 0 })
  slowness.observe('canary', 10)
  t.equal(slowness.observe('stable', 80), slowness.observe('canary', 80))
})

t.test('while the canary warms up nothing of either arm counts', async (t) => {
  const slowness = learned({ warmUpCalls: 3 })
  for (let call = 0; call < 3; call++) t.equal(slowness.observe('canary', 1000), undefined)
  t.equal(slowness.observe('stable', 1000), undefined)
  t.equal(slowness.observe('canary', 1000), 'overHundredth')
})

t.test('nothing is slow before stable is known', async (t) => {
  const slowness = new Slowness({ warmUpCalls: 0 })
  for (let call = 0; call < 49; call++) slowness.observe('stable', 10)
  t.equal(slowness.observe('canary', 1000), undefined)
  slowness.observe('stable', 10)
  t.equal(slowness.observe('canary', 1000), 'overHundredth')
})

t.test('a difference that harms nobody is none', async (t) => {
  const slowness = new Slowness({ warmUpCalls: 0, leastMs: 2 })
  for (let call = 0; call < 100; call++) slowness.observe('stable', 0.2)
  t.equal(slowness.observe('canary', 1.5), 'fast')
  t.equal(slowness.observe('canary', 3), 'overHundredth')
})

t.test('the lines follow a day that slows down', async (t) => {
  const slowness = learned({ warmUpCalls: 0 })
  for (let call = 0; call < 2500; call++) slowness.observe('stable', 1000)
  t.equal(slowness.observe('canary', 900), 'fast')
})
