import t from 'tap'
import { hookRows } from '../../../web/pages/plugins/hooks.ts'

const address = (path: string) => ({ path, createdBy: 'usr_1', createdAt: '2026-03-01T10:00:00Z' })
const asked = (path: string, granted: boolean) => ({
  ...{ name: 'http:receive', granted },
  parameters: { path, signature: 'github' },
})

t.test('paths that are asked for stand beside addresses that are left of others', async (t) => {
  const rows = hookRows(
    [asked('orders', true), asked('carriers', false), { ...asked('x', true), name: 'kv:read' }],
    [address('orders'), address('old')],
  )
  t.same(
    rows.map(({ path, isGranted, address }) => [path, isGranted, address !== undefined]),
    [
      ['carriers', false, false],
      ['old', false, true],
      ['orders', true, true],
    ],
  )
})
