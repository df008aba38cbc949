import t from 'tap'
import { shareOfPercent } from '../../../web/pages/plugins/sampling.ts'

t.test('a share is sent in basis points', async (t) => {
  t.equal(shareOfPercent(10), 1000)
  t.equal(shareOfPercent(0.29), 29)
})
