import t from 'tap'
import { best, distribution, median, percentile, ratio, rounded } from '../../bench/figures.ts'
import { generatedBundle } from '../../bench/generated-bundle.ts'

t.test('a percentile is a value that was seen', async (t) => {
  const values = [5, 1, 4, 2, 3]
  t.equal(percentile(values, 0.5), 3)
  t.equal(percentile(values, 0.99), 5)
  t.equal(percentile(values, 0), 1)
  t.equal(percentile([1, 2], 0.5), 1)
  t.same(values, [5, 1, 4, 2, 3], 'and the values stay as they were')
  t.ok(Number.isNaN(percentile([], 0.5)), 'of nothing there is none')
})

t.test('of a hundred, the 99th percentile is not the largest', async (t) => {
  const values = Array.from({ length: 100 }, (_, n) => n + 1)
  t.equal(percentile(values, 0.99), 99)
  t.equal(median(values), 50)
  t.equal(best(values), 1)
})

t.test('figures keep four digits, large or small', async (t) => {
  t.equal(rounded(43_840.16), 43_840)
  t.equal(rounded(0.000123456), 0.0001235)
  t.equal(ratio(1, 3), 0.3333)
  t.same(distribution([2, 1, 3]), { count: 3, best: 1, p50: 2, p99: 3, max: 3 })
})

t.test(
  'the generated bundle has the size that was asked for, is the same each time, and answers',
  async (t) => {
    const source = generatedBundle(100_000)
    t.equal(Buffer.byteLength(source), 100_000)
    t.equal(generatedBundle(100_000), source)
    const plugin = new Function(`${source}\nreturn __signalbox_plugin`)()
    const { price } = plugin.default.services['test.service']
    t.same(price({ id: 'a', qty: 2, price: 10, discount: 0.5 }), { id: 'a', total: 10 })
  },
)
