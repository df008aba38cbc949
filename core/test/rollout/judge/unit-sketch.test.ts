import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  emptySketch,
  inStep,
  mergeSketches,
  unitsOf,
  withKeyless,
  withUnit,
} from '../../../src/rollout/judge/unit-sketch.ts'

const sketchOf = (keys: readonly string[]) => keys.reduce(withUnit, emptySketch)
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `acme/app-${index}`)

t.test('up to 256 keys are counted, each once', async () => {
  const keys = fc.array(fc.integer({ min: 0, max: 200 }).map(String), { maxLength: 400 })
  fc.assert(fc.property(keys, (some) => unitsOf(sketchOf(some)) === new Set(some).size))
})

t.test('beyond, the count is right to a sixth, and takes no more room', async (t) => {
  for (const count of [1000, 20_000]) {
    const sketch = sketchOf(numbered(count))
    const error = Math.abs(unitsOf(sketch) - count) / count
    t.ok(error < 0.17, `${unitsOf(sketch)} of ${count}`)
    t.equal(sketch.hashes.length, 256)
  }
})

t.test('what two nodes saw is what one would have seen', async () => {
  const keys = fc.array(fc.nat(500).map(String), { maxLength: 300 })
  fc.assert(
    fc.property(keys, keys, (one, other) => {
      const merged = mergeSketches(sketchOf(one), sketchOf(other))
      return unitsOf(merged) === unitsOf(sketchOf([...one, ...other]))
    }),
  )
})

t.test(
  'a step counts from nothing, and a node that has not heard of it adds nothing',
  async (t) => {
    const before = { ...sketchOf(['a', 'b']), since: 1 }
    const now = withUnit(inStep(before, 2), 'c')
    t.equal(unitsOf(now), 1)
    t.equal(unitsOf(mergeSketches(before, now)), 1)
    t.equal(mergeSketches(withKeyless(before), withKeyless(now)).keyless, 2)
  },
)
