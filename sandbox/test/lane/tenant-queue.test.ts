import t from 'tap'
import { TenantQueue } from '../../src/lane/tenant-queue.ts'

const item = (tenant: string, name: string) => ({ name, call: { isolate: { tenant } } })
type Item = ReturnType<typeof item>

const queue = (maxTotal = 100, maxPerTenant = 50) =>
  new TenantQueue<Item>({ maxTotal, maxPerTenant })

const served = (lines: TenantQueue<Item>, take = (_: Item) => true): string[] => {
  const names: string[] = []
  lines.serve((item) => {
    const taken = take(item)
    if (taken) names.push(item.name)
    return taken
  })
  return names
}

t.test('a tenant with a long line waits its turn like one with a short line', async (t) => {
  const lines = queue()
  for (const name of ['a1', 'a2', 'a3']) lines.add(item('a', name))
  lines.add(item('b', 'b1'))
  t.same(served(lines), ['a1', 'b1', 'a2', 'a3'])
  t.equal(lines.size, 0)
})

t.test('who cannot be placed does not keep the others from it', async (t) => {
  const lines = queue()
  lines.add(item('a', 'a1'))
  lines.add(item('b', 'b1'))
  lines.add(item('b', 'b2'))
  t.same(
    served(lines, ({ name }) => name !== 'a1'),
    ['b1', 'b2'],
  )
  t.equal(lines.size, 1)
  t.same(served(lines), ['a1'])
})

t.test('full lines say which limit is reached', async (t) => {
  const lines = queue(3, 2)
  t.equal(lines.add(item('a', 'a1')), undefined)
  t.equal(lines.add(item('a', 'a2')), undefined)
  t.same(lines.add(item('a', 'a3')), { limit: 2, reached: 2 })
  t.equal(lines.add(item('b', 'b1')), undefined)
  t.same(lines.add(item('c', 'c1')), { limit: 3, reached: 3 })
})

t.test('what is due is taken out wherever it stands', async (t) => {
  const lines = queue()
  for (const name of ['a1', 'a2', 'a3']) lines.add(item('a', name))
  t.same(
    lines.remove(({ name }) => name === 'a2').map(({ name }) => name),
    ['a2'],
  )
  t.same(served(lines), ['a1', 'a3'])
})
