import { Refusal } from '@signalbox/sdk'
import { solveSymmetric } from '../optimiser/solve-symmetric.ts'
import { addedUp, type Hierarchy, type HierarchyNode, hierarchyOf } from './hierarchy.ts'
import { shrunkCovariance } from './shrunk-covariance.ts'

export type ReconcileMethod = 'bottom-up' | 'top-down' | 'mint'

/** The contract's input of `reconcile`. */
export interface ReconcileInput {
  readonly nodes: readonly HierarchyNode[]
  readonly method?: ReconcileMethod
  readonly nonNegative?: boolean
}

/**
 * Makes forecasts of a hierarchy add up: every parent is the sum of its children.
 *
 * `bottom-up` trusts the leaves, `top-down` the top, shared out by the proportions of past demand (the ratio of sums,
 * Gross and Sohl 1990, method F) or, without histories, of the leaves' forecasts; `mint` combines all so that the
 * trace of the error covariance is least (Wickramasuriya, Athanasopoulos and Hyndman 2019, "Optimal forecast
 * reconciliation for hierarchical and grouped time series through trace minimization", JASA 114, 804–819).
 */
export function reconcile({ nodes, method = 'bottom-up', nonNegative = false }: ReconcileInput) {
  const hierarchy = hierarchyOf(nodes)
  const leavesAt = leafForecaster(hierarchy, method)
  const horizon = nodes[0]?.mean.length ?? 0
  const steps = Array.from({ length: horizon }, (_, h) => {
    const leaves = leavesAt(h)
    // Cut at the leaves, so that sums stay sums.
    return addedUp(hierarchy, nonNegative ? leaves.map((value) => Math.max(value, 0)) : leaves)
  })
  return {
    method,
    nodes: nodes.map(({ id }, i) => ({ id, mean: steps.map((step) => step[i] as number) })),
  }
}

/** The leaves' reconciled forecasts `h` steps after the first. */
function leafForecaster(hierarchy: Hierarchy, method: ReconcileMethod): (h: number) => number[] {
  const { nodes, leaves } = hierarchy
  if (method === 'mint') return minimumTrace(hierarchy)
  if (method === 'bottom-up') {
    return (h) => leaves.map((leaf) => nodes[leaf]?.mean[h] as number)
  }
  const top = nodes.findIndex(({ parent }) => parent === undefined)
  return (h) => {
    const shares = sharesOf(hierarchy, h)
    return shares.map((share) => share * (nodes[top]?.mean[h] as number))
  }
}

/** What each leaf has of the whole: of past demand where every leaf has a history, else of the leaves' forecasts. */
function sharesOf({ nodes, leaves }: Hierarchy, h: number): number[] {
  const histories = leaves.map((leaf) => nodes[leaf]?.history ?? [])
  const hasAll = histories.every((history) => history.length > 0)
  const weights = hasAll
    ? histories.map((history) => history.reduce((sum, value) => sum + value, 0) / history.length)
    : leaves.map((leaf) => nodes[leaf]?.mean[h] as number)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total > 0 && weights.every((weight) => weight >= 0)) {
    return weights.map((weight) => weight / total)
  }
  throw new Refusal(
    'PROPORTIONS_UNDEFINED',
    'The method top-down shares out by past demand, which is 0 or negative here: give histories with demand, or use bottom-up or mint.',
  )
}

/**
 * MinT in the form with constraints: with C the constraints that hold of coherent forecasts (each sum less its leaves
 * is 0), y − W Cᵀ (C W Cᵀ)⁻¹ C y. Only as many equations as there are inner nodes are solved.
 */
function minimumTrace({ nodes, leaves, sums }: Hierarchy): (h: number) => number[] {
  const size = nodes.length
  const covariance = shrunkCovariance(nodes.map(({ residuals }) => residuals ?? []))
  const at = (i: number, j: number): number =>
    covariance[i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i] as number
  const isLeaf = new Set(leaves)
  const inner = nodes.flatMap((_, i) => (isLeaf.has(i) ? [] : [i]))
  const leavesOf = inner.map((i) => (sums[i] as number[]).map((place) => leaves[place] as number))
  // W Cᵀ: a column a constraint.
  const spread = inner.map((node, k) =>
    Array.from({ length: size }, (_, i) =>
      (leavesOf[k] as number[]).reduce((sum, leaf) => sum - at(i, leaf), at(i, node)),
    ),
  )
  const constrain = (values: readonly number[], k: number): number =>
    (leavesOf[k] as number[]).reduce(
      (sum, leaf) => sum - (values[leaf] as number),
      values[inner[k] as number] as number,
    )
  const matrix = inner.flatMap((_, k) =>
    inner.slice(0, k + 1).map((__, j) => constrain(spread[j] as number[], k)),
  )
  return (h) => {
    const base = nodes.map(({ mean }) => mean[h] as number)
    const gaps = inner.map((_, k) => constrain(base, k))
    const weights = solveSymmetric(Float64Array.from(matrix), gaps)
    return leaves.map((leaf) =>
      spread.reduce(
        (value, column, k) => value - (weights[k] as number) * (column[leaf] as number),
        base[leaf] as number,
      ),
    )
  }
}
