/**
 * The probability that a part is never asked for again, by how long it has waited compared with how often it was asked
 * for (the beta-geometric/Bernoulli reasoning of Fader, Hardie and Shang 2010, Marketing Science 29, 1086–1108, with
 * both rates at their estimates): while alive a period has demand with probability p and ends the life with
 * probability δ. p is the share of periods with demand up to the last one; δ is Laplace's rule of succession over the
 * periods it is known to have lived.
 * @returns 1 where there never was a demand.
 */
export function probabilityOfObsolescence(values: readonly number[]): number {
  const first = values.findIndex((value) => value > 0)
  if (first === -1) return 1
  const last = values.findLastIndex((value) => value > 0)
  const wait = values.length - 1 - last
  const demands = values.filter((value) => value > 0).length
  const quiet = 1 - demands / (last - first + 2)
  const ending = 1 / (last + 3)
  const survived = quiet * (1 - ending)
  let dead = 0
  let alive = 1
  for (let period = 0; period < wait; period++) {
    dead += alive * ending
    alive *= survived
  }
  return dead / (dead + alive)
}
