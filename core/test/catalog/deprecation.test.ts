import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  type Deprecation,
  deprecationFaults,
  deprecationHeaders,
  deprecationPhase,
} from '../../src/catalog/deprecation.ts'

const at = (text: string) => Date.parse(text)
const schedule: Deprecation = {
  deprecatedAt: at('2026-06-30T23:59:59Z'),
  sunsetAt: at('2026-12-31T23:59:59Z'),
  successor: 2,
  information: 'https://example.com/ends',
  brownOuts: [{ from: at('2026-11-01T08:00:00Z'), to: at('2026-11-01T08:10:00Z') }],
}
const called = { service: 'orders.visibility', operation: 'find' }

t.test('headers are as RFC 9745 and RFC 8594 write them', async (t) => {
  t.strictSame(deprecationHeaders(schedule, called), {
    deprecation: '@1782863999',
    sunset: 'Thu, 31 Dec 2026 23:59:59 GMT',
    link: [
      '<https://example.com/ends>; rel="deprecation"',
      '<https://example.com/ends>; rel="sunset"',
      '</api/orders.visibility/v2/find>; rel="successor-version"',
    ].join(', '),
  })
  const bare = { ...schedule, sunsetAt: null, successor: null, information: null }
  t.strictSame(deprecationHeaders(bare, called), { deprecation: '@1782863999' })
})

t.test('what a stranger puts into the path does not leave its place in the header', async (t) => {
  const { link } = deprecationHeaders(schedule, { ...called, operation: 'x>; rel="evil"\r\nA: b' })
  t.notMatch(link, /evil"|\r|\n/)
})

t.test('a service is announced, deprecated, refused for a while, and gone', async (t) => {
  const phase = (text: string) => deprecationPhase(schedule, at(text)).phase
  t.equal(phase('2026-06-30T23:59:58Z'), 'announced')
  t.equal(phase('2026-06-30T23:59:59Z'), 'deprecated')
  t.equal(phase('2026-11-01T08:00:00Z'), 'brown-out')
  t.equal(phase('2026-11-01T08:10:00Z'), 'deprecated')
  t.equal(phase('2026-12-31T23:59:58Z'), 'deprecated')
  t.equal(phase('2026-12-31T23:59:59Z'), 'gone')
})

t.test('a schedule that makes no sense is refused with its places', async (t) => {
  const faults = (more: Partial<Deprecation>) =>
    deprecationFaults({ ...schedule, ...more }, 1).map(({ pointer }) => pointer)
  t.strictSame(faults({}), [])
  t.strictSame(faults({ sunsetAt: schedule.deprecatedAt - 1, brownOuts: [] }), ['/sunsetAt'])
  t.strictSame(faults({ successor: 1 }), ['/successor'])
  const { from, to } = schedule.brownOuts[0] as { from: number; to: number }
  t.strictSame(faults({ brownOuts: [{ from, to: from }] }), ['/brownOuts/0/to'])
  t.strictSame(faults({ brownOuts: [{ from, to: to + 9 * 3_600_000 }] }), ['/brownOuts/0'])
  t.strictSame(
    faults({ brownOuts: [{ from: schedule.deprecatedAt - 1, to: from }] }).at(-1),
    '/brownOuts/0',
  )
})

t.test('once gone it stays gone, and what is refused comes back by the time it says', async () => {
  const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') })
  fc.assert(
    fc.property(instants, instants, (one, other) => {
      const [early, late] = [Math.min(one, other), Math.max(one, other)]
      const before = deprecationPhase(schedule, early)
      if (before.phase === 'gone') return deprecationPhase(schedule, late).phase === 'gone'
      if (before.phase !== 'brown-out') return true
      return before.until > early && deprecationPhase(schedule, before.until).phase !== 'brown-out'
    }),
  )
})
