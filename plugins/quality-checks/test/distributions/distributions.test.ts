import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { betaQuantile } from '../../src/distributions/beta.ts'
import { binomial } from '../../src/distributions/binomial.ts'
import {
  chiSquaredCdf,
  chiSquaredQuantile,
  chiSquaredUpperTail,
} from '../../src/distributions/chi-squared.ts'
import { discreteQuantile, lowerTail, upperTail } from '../../src/distributions/discrete.ts'
import { fQuantile, fUpperTail } from '../../src/distributions/f-ratio.ts'
import { hypergeometric } from '../../src/distributions/hypergeometric.ts'
import { incompleteBeta } from '../../src/distributions/incomplete-beta.ts'
import { noncentralTCdf } from '../../src/distributions/noncentral-t.ts'
import { normalCdf, normalQuantile } from '../../src/distributions/normal.ts'
import { poisson } from '../../src/distributions/poisson.ts'
import { studentQuantile, studentUpperTail } from '../../src/distributions/student-t.ts'

/** Of its own value: what 1e-12 absolute asks for, and more where the value is small. */
const TOLERANCE = 1e-12

type Numbers = readonly number[]
const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  binomialLower: (n, p, k) => lowerTail(binomial(n, p), k),
  binomialUpper: (n, p, k) => upperTail(binomial(n, p), k),
  poissonLower: (mean, k) => lowerTail(poisson(mean), k),
  poissonUpper: (mean, k) => upperTail(poisson(mean), k),
  hypergeometricLower: (n, lot, bad, k) => lowerTail(hypergeometric(n, lot, bad), k),
  normalCdf,
  normalQuantile,
  studentUpper: studentUpperTail,
  studentQuantile,
  chiSquaredLower: chiSquaredCdf,
  chiSquaredUpper: chiSquaredUpperTail,
  chiSquaredQuantile,
  fUpper: fUpperTail,
  fQuantile,
  betaLower: (x, a, b) => incompleteBeta(a, b, x).lower,
  betaQuantile,
  noncentralT: noncentralTCdf,
}

/** By mpmath with 40 digits: incomplete beta and gamma functions, sums of binomial coefficients, quadrature. */
const known: readonly (readonly [string, Numbers, number])[] = [
  ['binomialLower', [125, 0.01, 3], 0.9625509378366359],
  ['binomialUpper', [125, 0.01, 3], 0.03744906216336405],
  ['binomialLower', [80, 0.1, 2], 0.010683672797443962],
  ['binomialUpper', [80, 0.1, 2], 0.989316327202556],
  ['binomialLower', [500, 0.5, 250], 0.5178323227766746],
  ['binomialUpper', [500, 0.5, 250], 0.4821676772233255],
  ['binomialLower', [2000, 0.001, 10], 0.9999918434973029],
  ['binomialUpper', [2000, 0.001, 10], 8.156502697122254e-6],
  ['binomialLower', [50, 0.02, 20], 1.0],
  ['binomialUpper', [50, 0.02, 20], 8.075999836836988e-23],
  ['poissonLower', [2, 0], 0.1353352832366127],
  ['poissonUpper', [2, 0], 0.8646647167633873],
  ['poissonLower', [2, 10], 0.9999916917756315],
  ['poissonUpper', [2, 10], 8.308224368484213e-6],
  ['poissonLower', [1000, 1100], 0.9991323590365564],
  ['poissonUpper', [1000, 1100], 0.000867640963443562],
  ['poissonLower', [50, 30], 0.0015940273186062905],
  ['poissonUpper', [50, 30], 0.9984059726813937],
  ['hypergeometricLower', [20, 100, 10, 1], 0.3630494342076572],
  ['hypergeometricLower', [125, 1000, 30, 2], 0.25361049513724215],
  ['hypergeometricLower', [80, 100, 50, 38], 0.2269557723382557],
  ['hypergeometricLower', [10, 20, 15, 6], 0.15170278637770898],
  ['hypergeometricLower', [500, 1000000, 10000, 3], 0.2635455255646629],
  ['normalCdf', [-37], 5.725571222524577e-300],
  ['normalCdf', [-5], 2.866515718791939e-7],
  ['normalCdf', [-1], 0.15865525393145705],
  ['normalCdf', [0.3], 0.6179114221889527],
  ['normalCdf', [2.9], 0.998134186699616],
  ['normalCdf', [3.1], 0.9990323967867817],
  ['normalQuantile', [1e-10], -6.361340902404057],
  ['normalQuantile', [0.001], -3.0902323061678136],
  ['normalQuantile', [0.025], -1.9599639845400543],
  ['normalQuantile', [0.4], -0.2533471031357997],
  ['normalQuantile', [0.975], 1.9599639845400538],
  ['normalQuantile', [0.999999], 4.753424308817087],
  ['studentUpper', [2, 3], 0.0696629842794216],
  ['studentUpper', [0.1, 1], 0.4682744825694464],
  ['studentUpper', [30, 5], 3.859324310248026e-7],
  ['studentUpper', [4, 200], 4.456547609296719e-5],
  ['studentQuantile', [0.975, 3], 3.1824463052837086],
  ['studentQuantile', [0.9, 1], 3.077683537175254],
  ['studentQuantile', [0.9999, 2], 70.70007107496818],
  ['chiSquaredLower', [2, 3], 0.4275932955291202],
  ['chiSquaredUpper', [2, 3], 0.5724067044708798],
  ['chiSquaredLower', [100, 50], 0.9999654506861702],
  ['chiSquaredUpper', [100, 50], 3.454931382984864e-5],
  ['chiSquaredLower', [0.001, 1], 0.025227120630039613],
  ['chiSquaredUpper', [0.001, 1], 0.9747728793699604],
  ['chiSquaredLower', [1000, 900], 0.9890053910578641],
  ['chiSquaredUpper', [1000, 900], 0.010994608942135848],
  ['chiSquaredQuantile', [0.95, 1], 3.8414588206941245],
  ['chiSquaredQuantile', [0.025, 24], 12.401150217444433],
  ['chiSquaredQuantile', [0.975, 24], 39.36407702660391],
  ['chiSquaredQuantile', [0.99, 1000], 1106.9689943522174],
  ['fUpper', [2, 3, 4], 0.25638719752817596],
  ['fUpper', [0.1, 10, 20], 0.9996589026410869],
  ['fUpper', [5, 1, 100], 0.027569600666045413],
  ['fQuantile', [0.95, 3, 4], 6.591382116425578],
  ['fQuantile', [0.025, 10, 20], 0.29252223798395915],
  ['fQuantile', [0.99, 1, 100], 6.895301030578024],
  ['betaLower', [0.3, 2, 3], 0.3483],
  ['betaLower', [0.01, 1.5, 1.5], 0.0016925506380167318],
  ['betaLower', [0.999, 200, 1], 0.8186488294786356],
  ['betaLower', [0.2, 1000, 4000], 0.5028210395458627],
  ['betaQuantile', [0.3, 2, 3], 0.27238394207510536],
  ['betaQuantile', [0.975, 5, 96], 0.09925715671265992],
  ['betaQuantile', [0.025, 4, 97], 0.011004493986188203],
  ['noncentralT', [2, 10, 1], 0.8076115625303752],
  ['noncentralT', [20, 9, 15], 0.8231515084770596],
  ['noncentralT', [-1, 3, 0.5], 0.09212120981435937],
  ['noncentralT', [60, 400, 62], 0.19214624082810086],
  ['noncentralT', [1, 1, 2], 0.151113446915623],
  ['noncentralT', [35, 4, 10], 0.9874333891346617],
]

t.test('every distribution has the digits of a computation with forty', async (t) => {
  for (const [name, values, expected] of known) {
    const value = functions[name]?.(...values) ?? Number.NaN
    const error = Math.abs(value / expected - 1)
    t.ok(error < TOLERANCE, `${name}(${values.join(', ')}) is off by ${error}`)
  }
})

t.test(
  'both tails are one, and a quantile is the first count that reaches its probability',
  async () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, p, probability) => {
          for (const it of [
            binomial(n, p),
            poisson(n * p),
            hypergeometric(n, 2 * n, Math.round(p * 2 * n)),
          ]) {
            const k = discreteQuantile(it, probability)
            if (Math.abs(lowerTail(it, k) + upperTail(it, k) - 1) > TOLERANCE) return false
            if (lowerTail(it, k) < probability * (1 - TOLERANCE)) return false
            if (lowerTail(it, k - 1) >= probability * (1 + TOLERANCE)) return false
          }
          return true
        },
      ),
      { numRuns: 300 },
    )
  },
)

t.test('in a large lot the hypergeometric distribution becomes the binomial one', async (t) => {
  for (const lot of [10_000, 1_000_000, 100_000_000]) {
    const apart = Math.abs(
      lowerTail(hypergeometric(80, lot, lot / 50), 2) - lowerTail(binomial(80, 0.02), 2),
    )
    t.ok(apart < 30 / lot, `a lot of ${lot}: ${apart}`)
  }
})

t.test('a quantile and its distribution undo each other', async () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
      fc.integer({ min: 1, max: 200 }),
      (p, degrees) =>
        [
          normalCdf(normalQuantile(p)),
          1 - studentUpperTail(studentQuantile(p, degrees), degrees),
          chiSquaredCdf(chiSquaredQuantile(p, degrees), degrees),
          1 - fUpperTail(fQuantile(p, degrees, 7), degrees, 7),
          incompleteBeta(degrees, 3, betaQuantile(p, degrees, 3)).lower,
        ].every((back) => Math.abs(back - p) < TOLERANCE),
    ),
    { numRuns: 150 },
  )
})
