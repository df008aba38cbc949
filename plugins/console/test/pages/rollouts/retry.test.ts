import t from 'tap'
import { retryBody } from '../../../web/pages/rollouts/retry.ts'

t.test('the version that was taken back is forced, and a mended one is named', async (t) => {
  t.same(retryBody({ to: '1.1.0' }, '1.1.1'), { version: '1.1.1' })
  t.same(retryBody({ to: '1.1.0' }, '1.1.0'), { force: true })
})
