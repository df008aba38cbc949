import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import type { HierarchyNode } from '../../src/hierarchy/hierarchy.ts'
import { type ReconcileMethod, reconcile } from '../../src/hierarchy/reconcile.ts'

/** A top, two middles and five leaves, in mixed order. */
const parents: Readonly<Record<string, string | undefined>> = {
  a1: 'a',
  top: undefined,
  a: 'top',
  b: 'top',
  b1: 'b',
  a2: 'a',
  b2: 'b',
  b3: 'b',
}
const ids = Object.keys(parents)

const numbers = (length: number, min: number) =>
  fc.array(fc.double({ min, max: 1000, noNaN: true }), { minLength: length, maxLength: length })

const tree = fc
  .array(
    fc.record({ mean: numbers(3, 0.5), residuals: numbers(12, -1000), history: numbers(4, 0.5) }),
    {
      minLength: ids.length,
      maxLength: ids.length,
    },
  )
  .map((parts) =>
    parts.map((part, i) => {
      const id = ids[i]!
      const parent = parents[id]
      return { id, ...part, ...(parent === undefined ? {} : { parent }) } satisfies HierarchyNode
    }),
  )

const methods: readonly ReconcileMethod[] = ['bottom-up', 'top-down', 'mint']

function gapOf(nodes: readonly { id: string; mean: readonly number[] }[]): number {
  const of = (id: string) => nodes.find((node) => node.id === id)!.mean
  const gaps = ['top', 'a', 'b'].flatMap((id) => {
    const children = nodes.filter((node) => parents[node.id] === id)
    return of(id).map((value, h) =>
      Math.abs(value - children.reduce((sum, { mean }) => sum + mean[h]!, 0)),
    )
  })
  return Math.max(...gaps)
}

t.test('every parent is the sum of its children, whatever the method', async () => {
  fc.assert(
    fc.property(tree, fc.constantFrom(...methods), fc.boolean(), (nodes, method, nonNegative) => {
      const made = reconcile({ nodes, method, nonNegative })
      const all = made.nodes.flatMap(({ mean }) => mean)
      return gapOf(made.nodes) < 1e-8 && (!nonNegative || all.every((value) => value >= 0))
    }),
  )
})

t.test('what adds up already is left as it is by bottom-up and mint', async () => {
  fc.assert(
    fc.property(tree, fc.constantFrom<ReconcileMethod>('bottom-up', 'mint'), (nodes, method) => {
      const coherent = nodes.map((node) => ({
        ...node,
        mean: reconcile({ nodes }).nodes.find(({ id }) => id === node.id)!.mean,
      }))
      const made = reconcile({ nodes: coherent, method })
      return made.nodes.every(({ mean }, i) =>
        mean.every((value, h) => Math.abs(value - coherent[i]!.mean[h]!) < 1e-7),
      )
    }),
  )
})

t.test('top-down keeps the top, and shares it out by past demand', async (t) => {
  const nodes = [
    { id: 'top', mean: [100] },
    { id: 'x', parent: 'top', mean: [1], history: [30, 30] },
    { id: 'y', parent: 'top', mean: [1], history: [10, 10] },
  ]
  t.strictSame(
    reconcile({ nodes, method: 'top-down' }).nodes.map(({ mean }) => mean),
    [[100], [75], [25]],
  )
  const still = nodes.map((node) => ({ ...node, mean: [0], history: [0] }))
  t.throws(() => reconcile({ nodes: still, method: 'top-down' }), { code: 'PROPORTIONS_UNDEFINED' })
})

t.test('mint is the closed form S(SᵀW⁻¹S)⁻¹SᵀW⁻¹y where errors are not correlated', async (t) => {
  // Orthogonal errors with mean squares 4, 1 and 1: shrinkage changes nothing of a diagonal.
  const nodes = [
    { id: 'top', mean: [100], residuals: [2, -2, 2, -2] },
    { id: 'x', parent: 'top', mean: [50], residuals: [1, 1, -1, -1] },
    { id: 'y', parent: 'top', mean: [40], residuals: [1, -1, -1, 1] },
  ]
  // The gap of 10 is shared out by the variances 4, 1 and 1.
  const [top, x, y] = reconcile({ nodes, method: 'mint' }).nodes.map(({ mean }) => mean[0]!)
  t.ok(Math.abs(top! - (100 - (10 * 4) / 6)) < 1e-9)
  t.ok(Math.abs(x! - (50 + 10 / 6)) < 1e-9)
  t.ok(Math.abs(y! - (40 + 10 / 6)) < 1e-9)
})

const broken: readonly { title: string; nodes: HierarchyNode[] }[] = [
  {
    title: 'two tops',
    nodes: [
      { id: 'a', mean: [1] },
      { id: 'b', mean: [1] },
    ],
  },
  {
    title: 'the same id twice',
    nodes: [
      { id: 'a', mean: [1] },
      { id: 'a', parent: 'a', mean: [1] },
    ],
  },
  {
    title: 'a parent that is not there',
    nodes: [
      { id: 'a', mean: [1] },
      { id: 'b', parent: 'c', mean: [1] },
    ],
  },
  {
    title: 'a circle',
    nodes: [
      { id: 'a', mean: [1] },
      { id: 'b', parent: 'c', mean: [1] },
      { id: 'c', parent: 'b', mean: [1] },
    ],
  },
  {
    title: 'forecasts of unlike lengths',
    nodes: [
      { id: 'a', mean: [1] },
      { id: 'b', parent: 'a', mean: [1, 2] },
    ],
  },
]

t.test('what is no tree is refused', async (t) => {
  for (const { title, nodes } of broken) {
    t.throws(() => reconcile({ nodes }), { code: 'HIERARCHY_INVALID' }, title)
  }
  const bare = [
    { id: 'a', mean: [1] },
    { id: 'b', parent: 'a', mean: [1] },
  ]
  t.throws(() => reconcile({ nodes: bare, method: 'mint' }), { code: 'RESIDUALS_MISSING' })
})
