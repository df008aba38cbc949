import t from 'tap'
import { bucketsOf, spanStart } from '../../web/parts/usage-buckets.ts'

const nowMs = Date.parse('2026-03-01T10:40:00Z')
const item = (key: string, calls: string) => ({
  ...{ key, calls },
  ...{ bytesIn: '0', bytesOut: '7', cpuMs: '1.5' },
})

t.test('every hour of a span has a bar, those without a call too', async (t) => {
  const items = [item('2026-03-01T10:00:00Z', '3'), item('2026-02-28T11:00:00Z', '5')]
  const bars = bucketsOf(items, { span: '24h', measure: 'calls', nowMs })
  t.equal(bars.length, 24)
  t.same(bars[0], { key: '2026-02-28T11:00:00Z', value: 5 })
  t.same(bars.at(-1), { key: '2026-03-01T10:00:00Z', value: 3 })
  t.equal(bars.filter(({ value }) => value === 0).length, 22)
})

t.test('days are those of UTC, and the first is where the question begins', async (t) => {
  const bars = bucketsOf([item('2026-03-01', '3')], { span: '30d', measure: 'bytesOut', nowMs })
  t.same(bars.at(-1), { key: '2026-03-01', value: 7 })
  t.equal(bars[0]?.key, new Date(spanStart('30d', nowMs)).toISOString().slice(0, 10))
})
