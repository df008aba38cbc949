import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { FairQueue } from '../../src/schedule/fair-queue.ts'

const item = (tenant: string, name: string) => ({ name, call: { isolate: { tenant } } })
type Item = ReturnType<typeof item>

const queue = (maxTotal = 100, maxPerTenant = 50) => new FairQueue<Item>({ maxTotal, maxPerTenant })

/** Serves what `take` allows; each that is taken is charged `costMs`. */
const served = (lines: FairQueue<Item>, take = (_: Item) => true, costMs = 1): string[] => {
  const names: string[] = []
  lines.serve((item) => {
    const taken = take(item)
    if (!taken) return false
    names.push(item.name)
    lines.charge(item.call.isolate.tenant, costMs)
    return true
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

t.test('who took much CPU waits until the others have had as much', async (t) => {
  const lines = queue()
  lines.charge('a', 1)
  lines.correct('a', 3.5)
  for (const name of ['a1', 'a2']) lines.add(item('a', name))
  for (const name of ['b1', 'b2', 'b3', 'b4', 'b5', 'b6']) lines.add(item('b', name))
  t.same(served(lines), ['b1', 'b2', 'b3', 'b4', 'b5', 'a1', 'b6', 'a2'])
})

t.test('a rest earns nothing: who comes back starts level with the others', async (t) => {
  const lines = queue()
  for (let n = 0; n < 50; n++) lines.charge('a', 10)
  lines.charge('b', 1)
  for (const name of ['a1', 'a2', 'a3']) lines.add(item('a', name))
  for (const name of ['b1', 'b2', 'b3']) lines.add(item('b', name))
  const order = served(lines, () => true, 10)
  t.same(order.slice(0, 3), ['b1', 'a1', 'b2'], 'no more than one turn ahead')
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

t.test('tenants that came once are forgotten, and owe nothing when they come back', async (t) => {
  const lines = queue()
  for (let n = 0; n < 5000; n++) lines.charge(`t${n}`, 1)
  lines.charge('busy', 1)
  lines.add(item('t0', 'first'))
  lines.add(item('busy', 'second'))
  t.same(served(lines).sort(), ['first', 'second'])
})

t.test('backlogged tenants get equal CPU, to one call, whatever their calls cost', async (t) => {
  const costs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(costs, (costMs) => {
      const lines = new FairQueue<Item>({ maxTotal: 10_000, maxPerTenant: 2000 })
      const tenants = costMs.map((_, index) => `t${index}`)
      for (const tenant of tenants) {
        for (let n = 0; n < 1000; n++) lines.add(item(tenant, tenant))
      }
      const used = new Map(tenants.map((tenant) => [tenant, 0]))
      let left = 400
      lines.serve(({ name }) => {
        if (left-- === 0) return false
        if (left < 0) return false
        const cost = costMs[tenants.indexOf(name)] as number
        lines.charge(name, cost)
        used.set(name, (used.get(name) as number) + cost)
        return true
      })
      const shares = [...used.values()]
      t.ok(Math.max(...shares) - Math.min(...shares) <= 2 * Math.max(...costMs))
    }),
    { numRuns: 40, seed: 1 },
  )
})
