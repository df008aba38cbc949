import fc from 'fast-check'
import t from 'tap'
import { hasRootsInside, isAdmissible } from '../../src/ets/admissibility.ts'

// A run of the tests says the same each time.
fc.configureGlobal({ seed: 20_261_126 })

/** Coefficients, highest power first, of the polynomial with these roots. */
function withRoots(roots: readonly number[]): number[] {
  let polynomial = [1]
  for (const root of roots) {
    const shifted = [0, ...polynomial]
    polynomial = [...polynomial, 0].map((c, i) => c - root * shifted[i]!)
  }
  return polynomial
}

t.test('roots are found inside the circle exactly where they are', async () => {
  const root = fc
    .double({ min: -1.5, max: 1.5, noNaN: true })
    .filter((r) => Math.abs(Math.abs(r) - 1) > 0.01)
  fc.assert(
    fc.property(fc.array(root, { minLength: 1, maxLength: 6 }), (roots) => {
      return hasRootsInside(withRoots(roots)) === roots.every((r) => Math.abs(r) < 1)
    }),
    { seed: 1, numRuns: 300 },
  )
})

t.test('slow seasonal smoothing is admissible, a season that overshoots is not', async (t) => {
  t.ok(isAdmissible({ alpha: 0.3, beta: 0.05, gamma: 0.2, phi: 1 }, 12))
  t.ok(isAdmissible({ alpha: 0.3, beta: 0, gamma: 0.2, phi: 0 }, 4))
  t.notOk(isAdmissible({ alpha: 0.1, beta: 0.05, gamma: 2.2, phi: 1 }, 12))
  t.notOk(isAdmissible({ alpha: 2.5, beta: 0, gamma: 0.1, phi: 0 }, 4))
})
