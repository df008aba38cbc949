import type { Block } from '../facts/fact-types.ts'
import type { OrderView } from '../projection/order-view.ts'
import { instantText, MS_PER_DAY } from '../time/instant.ts'
import type { Look } from './live-look.ts'

interface ShownBlock {
  readonly block: Block
  readonly asOf: string
  readonly source: string
  readonly state: 'fresh' | 'stale' | 'unavailable'
}

/** Whose words a block is made of, where none came yet. */
const owners: Readonly<Record<Block, string>> = {
  order: '@signalbox/business-events',
  lines: '@signalbox/business-events',
  contracts: '@signalbox/e-signature',
  parcels: '@signalbox/logistics-tracking',
  quality: '@signalbox/quality-checks',
  cover: '@signalbox/inventory-forecast',
}

/** Without a look at the owner, what he said longer ago than this may not be all that he has to say. */
const FRESH_MS = 7 * MS_PER_DAY

/** What each shown block is worth: as of when, from which plugin and version, and whether its owner stands by it now. Pure. */
export function showBlocks(
  view: OrderView,
  shown: readonly Block[],
  looks: ReadonlyMap<Block, Look>,
  now: number,
): readonly ShownBlock[] {
  const told = new Map(view.blocks.map((one) => [one.block, one]))
  return shown.map((block) => {
    const { asOf, source } = told.get(block) ?? { asOf: view.asOf, source: owners[block] }
    const state = stateOf(looks.get(block) ?? 'answered', now - asOf)
    return { block, asOf: instantText(asOf), source, state }
  })
}

function stateOf(look: Look, age: number): ShownBlock['state'] {
  if (look === 'answered') return 'fresh'
  if (look === 'absent') return 'unavailable'
  return look === 'failed' || age > FRESH_MS ? 'stale' : 'fresh'
}
