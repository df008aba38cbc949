import type { Context } from '@signalbox/sdk'
import { builtInPacks } from './built-in-packs.ts'
import type { CarrierPack } from './carrier-pack.ts'

const POINT = 'logistics.carrier/map/v1'

/** Packs by name: those of this plugin, and what other plugins of the tenant put in. One of this plugin cannot be put aside. */
export async function packsOf(
  ctx: Pick<Context, 'contributions'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, CarrierPack>> {
  if (names.every((name) => builtInPacks.has(name))) return builtInPacks
  return allPacks(ctx)
}

export async function allPacks(
  ctx: Pick<Context, 'contributions'>,
): Promise<ReadonlyMap<string, CarrierPack>> {
  const contributed = await ctx.contributions<CarrierPack>(POINT)
  return new Map([...contributed.map(({ value }) => [value.id, value] as const), ...builtInPacks])
}
