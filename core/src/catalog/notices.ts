/** Days before an end that is told of, as users of gateways ask for (gravitee-io/issues #3887). */
export const noticeDays = [90, 45, 30, 7] as const

const DAY_MS = 86_400_000

/**
 * Which notice is due, and was not given: the nearest that was reached. One that was missed, as by a host that was off, is
 * not made up for: the nearer one says more.
 * @param endsAt milliseconds since the epoch
 * @param noticed days of the notice before; null: none
 * @returns undefined: none is due; past the end none is
 */
export function dueNotice(endsAt: number, noticed: number | null, now: number): number | undefined {
  if (now >= endsAt) return undefined
  const reached = noticeDays.filter((days) => now >= endsAt - days * DAY_MS)
  const nearest = reached.at(-1)
  return nearest !== undefined && (noticed === null || nearest < noticed) ? nearest : undefined
}

/** What counts as told of an end that was set just now: who sets it six days ahead needs no notice of that. */
export function noticedAtSetting(endsAt: number | null, now: number): number | null {
  return endsAt === null ? null : (dueNotice(endsAt, null, now) ?? null)
}
