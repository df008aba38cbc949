import type { Severity } from '../../src/sampling/plan-types.ts'

/*
 * The single plans of MIL-STD-105E by the rule they were made by, and not by its tables: sample sizes and AQLs are the
 * same geometric series, so n × AQL, and with it Ac, is the same along a diagonal (Hill 1973, "The design of MIL-STD-105D
 * sampling tables"). d is the place of the letter plus that of the AQL.
 */

export interface RulePlan {
  readonly n: number
  readonly ac: number
  readonly re: number
}

const LETTERS = 16
const sizes = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150]

/** The diagonal with Ac = 0, the first one with more, Ac from there on, and Re beside Ac. */
const rules = {
  normal: { zero: 14, first: 17, ac: [1, 2, 3, 5, 7, 10, 14, 21, 30, 44] },
  tightened: { zero: 15, first: 18, ac: [1, 2, 3, 5, 8, 12, 18, 27, 41] },
  reduced: { zero: 14, first: 17, ac: [0, 1, 1, 2, 3, 5, 7, 10, 14, 21] },
} as const
/** Re of a reduced plan is where the plan of tightened inspection of the same diagonal would be nearly sure to reject. */
const reducedRe = [2, 3, 4, 5, 6, 8, 10, 13, 17, 24]
/** With a sample of two for A, B and C, reduced inspection cannot be easier by taking fewer: their numbers lean to normal ones. */
const reducedA = { ac: [1, 2, 3, 5, 7, 10, 14, 21, 30], re: [2, 3, 4, 6, 8, 11, 15, 22, 31] }
const reducedB = { ac: [0, 1, 2, 3, 5, 7, 10, 14, 21, 30], re: [2, 3, 4, 5, 6, 8, 11, 15, 22, 31] }

/** The plan in effect for a letter and an AQL, both by their place, with arrows followed. */
export function planByRule(severity: Severity, letter: number, aql: number): RulePlan {
  const { zero, first } = rules[severity]
  const rows = severity === 'tightened' ? LETTERS + 1 : LETTERS
  const d = letter + aql
  // Below the first plan with Ac ≥ 1 the arrow goes down, but for the one cell under Ac = 0 of normal and reduced plans.
  let step = d < first ? 1 : -1
  if (severity !== 'tightened' && d === zero + 1 && letter > 0) step = -1
  for (let row = letter; row >= 0 && row < rows; row += step) {
    const plan = ownPlan(severity, row, aql)
    if (plan !== undefined) return plan
  }
  // Where no letter is left below, the arrow is turned.
  for (let row = letter; row >= 0; row--) {
    const plan = ownPlan(severity, row, aql)
    if (plan !== undefined) return plan
  }
  throw new Error(`no plan for ${severity} ${letter} ${aql}`)
}

function ownPlan(severity: Severity, letter: number, aql: number): RulePlan | undefined {
  const { zero, first, ac } = rules[severity]
  const d = letter + aql
  const n = severity === 'reduced' ? (sizes[Math.max(0, letter - 2)] ?? 0) : (sizes[letter] ?? 0)
  // Tightened plans with Ac = 0 begin at n = 3, and the letter S has the one plan that is needed.
  if (d === zero && letter < LETTERS && !(severity === 'tightened' && letter === 0))
    return { n, ac: 0, re: 1 }
  if (letter === LETTERS && d !== first) return undefined
  if (d < first || d > lastDiagonal(letter)) return undefined
  const i = d - first
  if (severity !== 'reduced') return pair(n, ac[i], (ac[i] ?? 0) + 1)
  if (letter === 0) return pair(n, reducedA.ac[i], reducedA.re[i])
  if (letter === 1) return pair(n, reducedB.ac[i], reducedB.re[i])
  return pair(n, ac[i], reducedRe[i])
}

/** Small samples go on to two larger acceptance numbers: for them an AQL can be hundreds of nonconformities. */
function lastDiagonal(letter: number): number {
  return letter <= 4 ? 26 : 24
}

function pair(n: number, ac: number | undefined, re: number | undefined): RulePlan | undefined {
  return ac === undefined || re === undefined ? undefined : { n, ac, re }
}
