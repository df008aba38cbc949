/**
 * What is left of a price, as a share of it; null where there is no price to have a share of.
 * @param {number} price
 * @param {number} cost
 */
export function margin(price, cost) {
  return price === 0 ? null : (price - cost) / price
}
