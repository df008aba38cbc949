export interface Order {
  readonly order: string
  readonly total: string
}

/**
 * What of a delivery is an order. Its signature says who sent it, not that it is right: nothing else has checked it.
 * @returns undefined for anything else
 */
export function orderIn(json: unknown): Order | undefined {
  const { order, total } = Object(json) as Partial<Record<string, unknown>>
  if (typeof order !== 'string' || order.length === 0 || order.length > 60) return undefined
  return typeof total === 'string' && /^\d{1,12}\.\d{2}$/.test(total) ? { order, total } : undefined
}
