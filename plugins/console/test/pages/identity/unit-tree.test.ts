import t from 'tap'
import { unitTree, withBelow } from '../../../web/pages/identity/unit-tree.ts'

const units = [
  { id: 'shop', name: 'Shop', parent: 'plant' },
  { id: 'plant', name: 'Plant', parent: null },
  { id: 'line', name: 'Line', parent: 'shop' },
  { id: 'lost', name: 'Lost', parent: 'elsewhere' },
  { id: 'assembly', name: 'Assembly', parent: 'plant' },
]

t.test(
  'units stand below their parents by name, one whose parent is unseen at the top',
  async (t) => {
    const tree = unitTree(units)
    t.strictSame(
      tree.map(({ id }) => id),
      ['lost', 'plant'],
    )
    t.strictSame(
      tree[1]?.children?.map(({ id }) => id),
      ['assembly', 'shop'],
    )
    t.equal(tree[1]?.children?.[1]?.children?.[0]?.id, 'line')
    t.equal(tree[0]?.children, undefined)
  },
)

t.test('a unit is not moved into itself nor below itself', async (t) => {
  t.strictSame([...withBelow(units, 'plant')].sort(), ['assembly', 'line', 'plant', 'shop'])
  t.strictSame([...withBelow(units, 'line')], ['line'])
})
