/**
 * What of a delivery is an order. Its signature says who sent it, not that it is right: nothing else has checked it.
 * @param {unknown} json
 * @returns {{ order: string, total: string } | undefined} undefined for anything else
 */
export function orderIn(json) {
  const { order, total } = Object(json)
  if (typeof order !== 'string' || order.length === 0 || order.length > 60) return undefined
  return typeof total === 'string' && /^\d{1,12}\.\d{2}$/.test(total) ? { order, total } : undefined
}
