import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  emptyShadowTally,
  mergeShadowTallies,
  OTHERS,
  recordMissed,
  recordPair,
  recordRefused,
  type ShadowTally,
} from '../../../src/rollout/shadow/shadow-tally.ts'

const pathSet = fc.array(fc.constantFrom('', '/a', '/b', '/c')).map((paths) => new Set(paths))
const step = fc.oneof(
  fc.record({
    canary: pathSet,
    stable: pathSet,
    kind: fc.constantFrom('live' as const, 'replay' as const, 'repeat' as const),
  }),
  fc.constantFrom('busy' as const, 'full' as const),
  fc.record({ refused: fc.constantFrom('db.query', 'events.publish', '__proto__', 'constructor') }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function record(tally: ShadowTally, one: Step): ShadowTally {
  if (typeof one === 'string') return recordMissed(tally, one)
  return 'kind' in one ? recordPair(tally, one, one.kind) : recordRefused(tally, one.refused)
}
const recorded = (steps: readonly Step[]) => steps.reduce(record, emptyShadowTally)

t.test('tallies of nodes are the same sum in whatever order and groups they come', async (t) => {
  fc.assert(
    fc.property(fc.array(step), fc.array(step), fc.array(step), (a, b, c) => {
      const [one, two, three] = [recorded(a), recorded(b), recorded(c)]
      const whole = recorded([...a, ...b, ...c])
      t.same(mergeShadowTallies(mergeShadowTallies(one, two), three), whole)
      t.same(mergeShadowTallies(three, mergeShadowTallies(two, one)), whole)
      t.same(JSON.parse(JSON.stringify(whole)), whole, 'plain data')
    }),
  )
})

t.test('only what differs on one side alone is counted, and a repeat is no call', async (t) => {
  const pair = { canary: new Set(['/a', '/b']), stable: new Set(['/b', '/c']) }
  const once = recordPair(emptyShadowTally, pair, 'live')
  t.same(once.paths, {
    '/a': { calls: 1, canary: 1, stable: 0 },
    '/c': { calls: 0, canary: 0, stable: 1 },
  })
  const twice = recordPair(once, pair, 'repeat')
  t.equal(twice.compared, 1)
  t.same(twice.paths['/a'], { calls: 1, canary: 2, stable: 0 })
})

t.test('more paths than are kept apart are counted together', async (t) => {
  let tally = emptyShadowTally
  for (let index = 0; index < 300; index++) {
    tally = recordPair(tally, { canary: new Set([`/p${index}`]), stable: new Set() }, 'live')
  }
  t.equal(Object.keys(tally.paths).length, 201)
  t.equal(tally.paths[OTHERS]?.canary, 100)
})
