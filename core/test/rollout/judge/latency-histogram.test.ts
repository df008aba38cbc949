import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { LatencyHistogram } from '../../../src/rollout/judge/latency-histogram.ts'

t.test('a quantile is the exact one, or up to a twentieth more', async () => {
  const latencies = fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), {
    minLength: 1,
    maxLength: 900,
  })
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.99), (list, share) => {
      const histogram = new LatencyHistogram()
      for (const ms of list) histogram.record(ms)
      const exact = list.toSorted((a, b) => a - b)[Math.ceil(share * list.length) - 1]!
      const found = histogram.quantile(share)!
      return found >= exact * (1 - 1e-9) && found <= exact * 1.0501
    }),
  )
})

t.test('it knows nothing before the first call', async (t) => {
  t.equal(new LatencyHistogram().quantile(0.5), undefined)
})

t.test('it forgets what is 2,000 calls old', async (t) => {
  const histogram = new LatencyHistogram()
  for (let call = 0; call < 1000; call++) histogram.record(1000)
  for (let call = 0; call < 2001; call++) histogram.record(10)
  t.ok(histogram.quantile(0.999)! < 11)
  t.ok(histogram.count <= 2000)
})

t.test('histograms of two nodes add up', async (t) => {
  const one = new LatencyHistogram()
  const other = new LatencyHistogram()
  for (let call = 0; call < 100; call++) {
    one.record(10)
    other.record(100)
  }
  one.merge(other)
  t.equal(one.count, 200)
  t.ok(one.quantile(0.5)! < 11)
  t.ok(one.quantile(0.51)! >= 100)
})

t.test('what is no latency or beyond any deadline still has a bin', async (t) => {
  const histogram = new LatencyHistogram()
  for (const ms of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY]) histogram.record(ms)
  t.equal(histogram.count, 4)
  t.ok(histogram.quantile(1)! > 170_000)
})
