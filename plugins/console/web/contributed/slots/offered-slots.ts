import { byOrder } from '../offered-pages.ts'
import type { Contributed, Offered } from '../page-spec.ts'
import type { SlotSpec } from './slot-spec.ts'

export const WIDGET_POINT = 'console/widget/v1'
export const COMMAND_POINT = 'console/command/v1'

/** How many are shown: of each plugin, so that none takes the place of the others, and of all. */
export interface SlotBounds {
  readonly each: number
  readonly all: number
}

export const WIDGET_BOUNDS: SlotBounds = { each: 4, all: 12 }
export const COMMAND_BOUNDS: SlotBounds = { each: 20, all: 200 }

export interface SlotOffering<Spec> {
  readonly shown: readonly Offered<Spec>[]
  /** Offered to the viewer, but too many. */
  readonly left: readonly Offered<Spec>[]
  readonly unfit: readonly Contributed[]
  /** Of an id that another one of the plugin has. */
  readonly shadowed: readonly Offered<Spec>[]
}

/** What is shown of a point to somebody, by order and then by plugin. Pure. @param may whether the viewer holds a permission */
export function slotsOf<Spec extends SlotSpec>(
  contributed: readonly Contributed[],
  may: (permission: string) => boolean,
  bounds: SlotBounds,
): SlotOffering<Spec> {
  const unfit = contributed.filter(({ fits }) => !fits)
  const offered: Offered<Spec>[] = []
  const shadowed: Offered<Spec>[] = []
  const taken = new Set<string>()
  for (const { plugin, version, base, tier, value, fits } of contributed) {
    if (!fits) continue
    const one = { plugin, version, base, tier, spec: value as Spec }
    const key = slotKey(one)
    if (taken.has(key)) shadowed.push(one)
    else if (one.spec.requires === undefined || may(one.spec.requires)) offered.push(one)
    taken.add(key)
  }
  return { ...bounded(offered.sort(byOrder), bounds), unfit, shadowed }
}

export function slotKey({ plugin, spec }: Offered<SlotSpec>): string {
  return `${plugin} ${spec.id}`
}

function bounded<Spec>(
  offered: readonly Offered<Spec>[],
  { each, all }: SlotBounds,
): Pick<SlotOffering<Spec>, 'shown' | 'left'> {
  const shown: Offered<Spec>[] = []
  const left: Offered<Spec>[] = []
  const counts = new Map<string, number>()
  for (const one of offered) {
    const count = counts.get(one.plugin) ?? 0
    if (count < each && shown.length < all) {
      shown.push(one)
      counts.set(one.plugin, count + 1)
    } else left.push(one)
  }
  return { shown, left }
}
