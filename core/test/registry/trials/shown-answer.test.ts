import t from 'tap'
import { isAsShown } from '../../../src/registry/trials/shown-answer.ts'

t.test(
  'numbers count to the places that are shown, and what is left out may be anything',
  async (t) => {
    t.ok(isAsShown({ z: 1.6449, list: [0.5] }, { z: 1.644853, list: [0.5], more: 1 }))
    t.notOk(isAsShown({ z: 1.6449 }, { z: 1.6451 }))
    t.notOk(isAsShown({ pieces: 4 }, { pieces: 4.4 }))
    t.ok(isAsShown(1e-7, 1.0000001e-7))
    t.notOk(isAsShown([1], [1, 2]))
    t.notOk(isAsShown({ a: null }, {}))
    t.notOk(isAsShown('a', 'b'))
  },
)
