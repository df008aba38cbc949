/** How many ratings there are of each number of stars, from 1 to 5. */
export type StarCounts = readonly [number, number, number, number, number]

/**
 * A Bayesian mean: as if so many had said the middle before anybody came. One voice of five stars is 3.3 then, and
 * whoever has many voices is shown as they say.
 */
const PRIOR = { stars: 3, count: 5 } as const

/** @returns `mean` from 1 to 5, to a tenth; null where nobody rated it */
export function ratingSummary(counts: StarCounts) {
  const count = counts.reduce((sum, one) => sum + one, 0)
  const sum = counts.reduce((all, one, index) => all + one * (index + 1), 0)
  const mean = (PRIOR.stars * PRIOR.count + sum) / (PRIOR.count + count)
  return { count, mean: count === 0 ? null : Math.round(mean * 10) / 10, counts }
}
