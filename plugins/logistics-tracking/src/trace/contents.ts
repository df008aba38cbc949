import type { Context } from '@signalbox/sdk'
import { kindOfKey } from '../identifiers/kind-of-key.ts'
import type { MembershipRow } from './event-links.ts'
import { type Stay, staysOf } from './stays.ts'
import { readContents } from './trace-store.ts'

/** Units in units: a case on a pallet in a container. */
const LEVELS = 3

/**
 * What was in units at an instant, through several levels.
 * @param inside memberships that are not kept yet
 */
export async function contentsOf(
  ctx: Pick<Context, 'db'>,
  units: readonly string[],
  inside: readonly MembershipRow[],
  at: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const contents = new Map<string, string[]>(units.map((unit) => [unit, []]))
  let holders: ReadonlyMap<string, readonly string[]> = new Map(units.map((unit) => [unit, [unit]]))
  for (let level = 0; level < LEVELS && holders.size > 0; level++) {
    const known = holders
    const rows = await readContents(ctx, [...known.keys()])
    const stays = staysOf([...rows, ...inside.filter(({ parent }) => known.has(parent))])
    holders = addLevel(
      contents,
      known,
      stays.filter(({ from, until = Infinity }) => from <= at && at < until),
    )
  }
  return contents
}

/** @returns units within, each with those that it is in */
function addLevel(
  contents: ReadonlyMap<string, string[]>,
  holders: ReadonlyMap<string, readonly string[]>,
  stays: readonly Stay[],
): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, readonly string[]>()
  for (const { parent, child } of stays) {
    const outer = holders.get(parent) ?? []
    for (const unit of outer) contents.get(unit)?.push(child)
    if (kindOfKey(child) === 'unit') next.set(child, [...(next.get(child) ?? []), ...outer])
  }
  return next
}
