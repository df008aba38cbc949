/**
 * The tenant that was served last, where tenants come by turns: those whose ids follow `after` before the others.
 * @param after served last the time before; stays so where there is none now
 */
export function lastInTurn(tenants: readonly string[], after: string): string {
  const [first = after, ...others] = tenants
  return others.reduce((last, tenant) => (isLater(tenant, last, after) ? tenant : last), first)
}

function isLater(tenant: string, last: string, after: string): boolean {
  const isRound = tenant <= after
  return isRound === last <= after ? tenant > last : isRound
}
