import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { backfillWaits } from '../../../src/rollout/later-steps/backfill-rule.ts'
import {
  type ContractFacts,
  contractWaits,
} from '../../../src/rollout/later-steps/contract-rule.ts'

const DAY = 86_400_000
const free: ContractFacts = {
  now: 10 * DAY,
  stable: '2.0.0',
  older: new Set(['1.0.0', '1.1.0']),
  isBackfilled: true,
  pins: [{ tenant: 'acme', version: '2.0.0' }],
  windows: [{ rollout: 'rol_1', from: '1.1.0', openUntil: 10 * DAY }],
  live: [{ rollout: 'rol_2', from: '2.0.0', to: '2.1.0' }],
  sharing: [],
}

t.test('a contract runs when nobody can need an older version any more', async (t) => {
  t.equal(contractWaits(free), undefined)
})

t.test('each reason to wait is said in words, with what it waits for', async (t) => {
  const reasons: readonly [Partial<ContractFacts>, RegExp][] = [
    [{ stable: '1.1.0' }, /stable version 1\.1\.0 does not know/],
    [{ isBackfilled: false }, /backfill/],
    [{ pins: [{ tenant: 'acme', version: '1.0.0' }] }, /acme is pinned to 1\.0\.0/],
    [
      { windows: [{ rollout: 'rol_1', from: '1.1.0', openUntil: 11 * DAY }] },
      /rol_1 can be taken back to 1\.1\.0 until 1970-01-12/,
    ],
    [{ live: [{ rollout: 'rol_3', from: '2.0.0', to: '1.0.0' }] }, /rol_3 from 2\.0\.0 to 1\.0\.0/],
    [{ live: [{ rollout: 'rol_3', from: '1.1.0', to: '2.0.0' }] }, /rol_3/],
    [{ sharing: [{ rollout: 'rol_2', version: '2.1.0' }] }, /rol_2 shares calls/],
    [{ sharing: [{ rollout: 'rol_4', version: null }] }, /rol_4 shares calls/],
  ]
  for (const [change, sentence] of reasons) {
    const reason = contractWaits({ ...free, ...change })
    t.match(reason?.en, sentence)
    t.ok(reason?.['zh-CN'])
  }
})

t.test(
  'a backfill waits until a version that knows its step is stable or is rolled out',
  async (t) => {
    const knowing = new Set(['2.1.0'])
    const planned = { stable: '2.0.0', sharing: [] }
    t.match(backfillWaits(planned, knowing)?.en, /no version that knows the step/)
    const other = { stable: '2.0.0', sharing: [{ rollout: 'rol_4', version: null }] }
    t.ok(backfillWaits(other, knowing)?.['zh-CN'])
    const started = { stable: '2.0.0', sharing: [{ rollout: 'rol_2', version: '2.1.0' }] }
    t.equal(backfillWaits(started, knowing), undefined)
    t.equal(backfillWaits({ stable: '2.1.0', sharing: [] }, knowing), undefined)
  },
)

t.test('no contract runs while an older version is within reach', async () => {
  const version = fc.constantFrom('1.0.0', '1.1.0', '2.0.0', '2.1.0')
  const facts = fc.record({
    now: fc.integer({ min: 0, max: 20 }),
    stable: version,
    older: fc.uniqueArray(version).map((versions) => new Set(versions)),
    isBackfilled: fc.boolean(),
    pins: fc.array(fc.record({ tenant: fc.string(), version })),
    windows: fc.array(
      fc.record({
        rollout: fc.string(),
        from: version,
        openUntil: fc.integer({ min: 0, max: 20 }),
      }),
    ),
    live: fc.array(fc.record({ rollout: fc.string(), from: version, to: version })),
    sharing: fc.array(fc.record({ rollout: fc.string(), version: fc.option(version) }), {
      maxLength: 1,
    }),
  })
  fc.assert(
    fc.property(facts, (all) => {
      const isStill = all.isBackfilled && all.sharing.length === 0
      const reachable = [
        all.stable,
        ...all.pins.map((pin) => pin.version),
        ...all.windows.filter(({ openUntil }) => openUntil > all.now).map(({ from }) => from),
        ...all.live.flatMap(({ from, to }) => [from, to]),
      ]
      const isFree = isStill && !reachable.some((one) => all.older.has(one))
      return (contractWaits(all) === undefined) === isFree
    }),
  )
})
