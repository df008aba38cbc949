import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  assign,
  bucketOf,
  type CohortBy,
  type CohortCall,
  cohortKey,
  FULL_WEIGHT_BP,
  isInCanary,
} from '../../../src/rollout/cohorts/cohort.ts'

const call: CohortCall = { requestId: '00f067aa0ba902b7', tenant: 'dongchen', app: 'orders' }
const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const weights = fc.integer({ min: 0, max: FULL_WEIGHT_BP })

t.test('keys fall into the buckets that the reference hash gives', async (t) => {
  t.equal(bucketOf('r1', 'tenant-a'), 8535)
  t.equal(bucketOf('r1', '苏州工厂'), 5234)
  t.equal(bucketOf('salt', '😀'), 3653)
  t.equal(bucketOf('', ''), 1685)
})

t.test('a million ids spread evenly over the buckets', async (t) => {
  const ids = 1_000_000
  const counts = new Uint32Array(FULL_WEIGHT_BP)
  for (let id = 0; id < ids; id++) {
    const bucket = bucketOf('rollout', String(id))
    counts[bucket] = counts[bucket]! + 1
  }
  const expected = ids / FULL_WEIGHT_BP
  const chi2 = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = FULL_WEIGHT_BP - 1
  // A chi-square of many degrees of freedom is close to normal: mean k, variance 2k.
  t.ok(Math.abs(chi2 - freedom) / Math.sqrt(2 * freedom) < 3, `chi-square ${chi2}`)
})

t.test('every bucket is a whole number from 0 to 9999', async () => {
  fc.assert(
    fc.property(keys, keys, (salt, key) => {
      const bucket = bucketOf(salt, key)
      return Number.isInteger(bucket) && bucket >= 0 && bucket < FULL_WEIGHT_BP
    }),
  )
})

t.test('a growing weight only ever adds calls', async () => {
  fc.assert(
    fc.property(keys, weights, weights, (key, one, other) => {
      const bucket = bucketOf('rollout', key)
      const low = Math.min(one, other)
      return !isInCanary(bucket, low) || isInCanary(bucket, Math.max(one, other))
    }),
  )
})

t.test('nobody is in at 0, everybody at 10,000, and the range is half-open', async (t) => {
  t.notOk(isInCanary(0, 0))
  t.ok(isInCanary(0, 1))
  t.notOk(isInCanary(1, 1))
  t.ok(isInCanary(9999, FULL_WEIGHT_BP))
})

t.test('two rollouts draw independently of each other', async (t) => {
  let inFirst = 0
  let inBoth = 0
  for (let id = 0; id < 200_000; id++) {
    if (!isInCanary(bucketOf('r1', `tenant-${id}`), 1000)) continue
    inFirst += 1
    if (isInCanary(bucketOf('r2', `tenant-${id}`), 1000)) inBoth += 1
  }
  // Four standard deviations of a share of a tenth among 20,000.
  t.ok(Math.abs(inBoth / inFirst - 0.1) < 0.0085, `${inBoth} of ${inFirst}`)
})

t.test('the same cohort and call give the same arm', async () => {
  fc.assert(
    fc.property(keys, keys, weights, (salt, tenant, weightBp) => {
      const cohort = { salt, weightBp, cohortBy: 'tenant' } as const
      return (
        assign(cohort, { ...call, tenant }).arm === assign({ ...cohort }, { ...call, tenant }).arm
      )
    }),
  )
})

t.test('each kind of cohort is keyed by its own name, within the tenant', async (t) => {
  const full = { ...call, subject: 'li', unit: 'suzhou', entity: 'po-1' }
  const expected: Readonly<Record<CohortBy, string>> = {
    request: '00f067aa0ba902b7',
    app: 'dongchen/orders',
    tenant: 'dongchen',
    subject: 'dongchen/li',
    unit: 'dongchen/suzhou',
    entity: 'dongchen/po-1',
  }
  for (const [by, key] of Object.entries(expected)) {
    t.equal(cohortKey(by as CohortBy, full), key)
  }
  t.not(
    cohortKey('app', { ...call, tenant: 'a', app: 'bc' }),
    cohortKey('app', { ...call, tenant: 'ab', app: 'c' }),
  )
})

t.test('a call without the key stays on stable until the weight is full', async (t) => {
  const cohort = { salt: 'r', cohortBy: 'entity' } as const
  t.equal(assign({ ...cohort, weightBp: 9999 }, call).arm, 'stable')
  t.equal(assign({ ...cohort, weightBp: 9999 }, { ...call, entity: '' }).arm, 'stable')
  t.equal(assign({ ...cohort, weightBp: FULL_WEIGHT_BP }, call).arm, 'canary')
  t.equal(assign({ ...cohort, weightBp: 0 }, { ...call, entity: 'po-1' }).arm, 'stable')
})
