/** What is left of a price, as a share of it; null where there is no price to have a share of. */
export function margin(price: number, cost: number): number | null {
  return price === 0 ? null : (price - cost) / price
}
