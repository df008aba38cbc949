import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { estimatedFraction } from '../../src/sampling/variables-decision.ts'
import { variablesDecision } from '../../src/sampling/variables-operation.ts'
import { acceptanceByVariables, findVariablesPlan } from '../../src/sampling/variables-plan.ts'

const measurements = [197, 188, 184, 205, 201]

t.test('the examples of MIL-STD-414 are decided as they are printed', async (t) => {
  const one = variablesDecision({ method: 's', k: 1.53, upper: 209, measurements })
  t.equal(one.mean, 195)
  t.equal(one.sd.toFixed(2), '8.80')
  t.equal(one.qualityUpper?.toFixed(2), '1.59')
  t.ok(one.accepted)
  // Table B-5: the estimate of Q = 1.59 from five items is 2.19 %.
  t.equal((100 * estimatedFraction('s', 5, 1.59)).toFixed(2), '2.19')
  const both = variablesDecision({ method: 's', k: 1.53, lower: 180, upper: 209, measurements })
  // 2.19 % above and 0.66 % below, of 3.32 % allowed: Q and k of the tables have two decimals, these have all.
  t.equal((100 * both.estimateUpper).toFixed(1), '2.2')
  t.equal((100 * both.estimateLower).toFixed(1), '0.6')
  t.ok(both.accepted && both.estimate < both.allowed)
})

t.test('with one limit the fraction and the constant decide the same', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 60 }),
      fc.double({ min: -200, max: 200, noNaN: true }),
      fc.double({ min: 0.2, max: 3, noNaN: true }),
      (values, upper, k) => {
        const { accepted, estimate, allowed, sd } = variablesDecision({
          method: 's',
          k,
          upper,
          measurements: values,
        })
        // Where both fractions vanish only the constant can tell.
        return (
          sd === 0 ||
          allowed === 0 ||
          accepted === estimate <= allowed ||
          Math.abs(estimate - allowed) < 1e-12
        )
      },
    ),
  )
})

t.test('the estimate of the fraction is right on average', async (t) => {
  // Unbiased: its mean over the distribution of Q is the fraction; for σ known by an integral over the mean.
  const [n, z] = [7, 1.4]
  let mean = 0
  const step = 0.001
  for (let u = -8; u <= 8; u += step) {
    const density = Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI)
    mean += estimatedFraction('sigma', n, z + u / Math.sqrt(n)) * density * step
  }
  t.ok(Math.abs(mean - 0.08075665923377105) < 1e-9, `${mean}`)
})

t.test('found plans keep both risks, and one item less does not', async (t) => {
  const producer = { quality: 0.01, probability: 0.95 }
  const consumer = { quality: 0.05, probability: 0.1 }
  for (const method of ['s', 'sigma'] as const) {
    const plan = findVariablesPlan(method, producer, consumer)
    t.ok(acceptanceByVariables(plan, producer.quality) >= producer.probability)
    t.ok(Math.abs(acceptanceByVariables(plan, consumer.quality) - consumer.probability) < 1e-12)
    t.equal(plan.sampleSize, method === 's' ? 55 : 19, 'beside 132 items by attributes')
  }
  t.throws(() => findVariablesPlan('s', producer, { quality: 0.0101, probability: 0.1 }), {
    code: 'NO_PLAN_FOUND',
  })
  t.throws(() => findVariablesPlan('s', consumer, producer), { code: 'RISK_POINTS_CROSSED' })
})

t.test('worse lots are accepted more rarely', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom('s', 'sigma' as const),
      fc.integer({ min: 3, max: 60 }),
      fc.double({ min: 0.5, max: 2.5, noNaN: true }),
      fc.double({ min: 0.001, max: 0.4, noNaN: true }),
      (method, sampleSize, k, fraction) => {
        const plan = { method, sampleSize, k }
        const worse = acceptanceByVariables(plan, fraction * 1.1)
        return worse <= acceptanceByVariables(plan, fraction) + 1e-12
      },
    ),
    { numRuns: 60 },
  )
})

t.test('measurements without spread, few of them, and limits that make no sense', async (t) => {
  const decide = (change: object) => () =>
    variablesDecision({ method: 's', k: 1.5, upper: 10, measurements, ...change })
  t.ok(decide({ measurements: [9, 9, 9] })().accepted)
  t.notOk(decide({ measurements: [11, 11, 11] })().accepted)
  t.throws(decide({ measurements: [9, 9] }), { code: 'SAMPLE_TOO_SMALL' })
  t.throws(decide({ lower: 10 }), { code: 'LIMITS_CROSSED' })
  t.throws(() => variablesDecision({ method: 's', k: 1.5, measurements }), {
    code: 'LIMIT_MISSING',
  })
  t.throws(() => variablesDecision({ method: 's', k: 1.5, upper: 3, mean: 1 }), {
    code: 'SAMPLE_INCOMPLETE',
  })
  t.throws(decide({ method: 'sigma' }), { code: 'SAMPLE_INCOMPLETE' })
  t.throws(decide({ method: 'sigma', sd: 0 }), { code: 'SIGMA_INVALID' })
})
