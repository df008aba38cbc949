import t from 'tap'
import { inBatches } from '../../web/api/name-batches.ts'

/** A host that has every user but one. */
function watched() {
  const asked: { readonly tenant: string; readonly ids: readonly string[] }[] = []
  const askName = inBatches(async (tenant, ids) => {
    asked.push({ tenant, ids })
    return new Map(ids.filter((id) => id !== 'gone').map((id) => [id, `name of ${id}`]))
  })
  return { asked, askName }
}

t.test('what is asked for in one turn is one question of each tenant', async (t) => {
  const { asked, askName } = watched()
  const names = await Promise.all([
    askName('acme', 'a'),
    askName('acme', 'b'),
    askName('acme', 'a'),
    askName('globex', 'a'),
    askName('acme', 'gone'),
  ])
  t.strictSame(names, ['name of a', 'name of b', 'name of a', 'name of a', null])
  t.strictSame(asked, [
    { tenant: 'acme', ids: ['a', 'b', 'gone'] },
    { tenant: 'globex', ids: ['a'] },
  ])
  t.equal(await askName('acme', 'c'), 'name of c')
  t.equal(asked.length, 3, 'a later turn asks anew')
})

t.test('no question is longer than the host takes it', async (t) => {
  const { asked, askName } = watched()
  const ids = Array.from({ length: 201 }, (_, index) => `u${index}`)
  const names = await Promise.all(ids.map((id) => askName('acme', id)))
  t.strictSame(
    names,
    ids.map((id) => `name of ${id}`),
  )
  t.strictSame(
    asked.map((one) => one.ids.length),
    [100, 100, 1],
  )
})

t.test('whoever asked is told that nobody answered, and the next one asks anew', async (t) => {
  let isDown = true
  const askName = inBatches(async () => {
    if (isDown) throw new Error('down')
    return new Map([['a', 'Ann']])
  })
  await Promise.all([
    t.rejects(askName('acme', 'a'), { message: 'down' }),
    t.rejects(askName('acme', 'b'), { message: 'down' }),
  ])
  isDown = false
  t.equal(await askName('acme', 'a'), 'Ann')
})
