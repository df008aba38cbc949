import type { Context } from '@signalbox/sdk'
import type { Block } from '../facts/fact-types.ts'
import type { OrderView } from '../projection/order-view.ts'
import type { Settings } from '../settings/settings.ts'
import { showBlocks } from '../sources/blocks.ts'
import { lookAtOwners } from '../sources/live-look.ts'
import { showTimeline } from '../timeline/show-timeline.ts'
import { readOrder } from './read-order.ts'
import {
  showContracts,
  showCover,
  showHead,
  showLines,
  showParcels,
  showQuality,
} from './show-order.ts'

type Part = 'lines' | 'timeline' | 'contracts' | 'parcels' | 'quality' | 'cover'

interface OrderInput {
  readonly orderId: string
  readonly include?: readonly Part[]
}

const every: readonly Part[] = ['lines', 'timeline', 'contracts', 'parcels', 'quality', 'cover']

/** The timeline is made of all the others. */
const blockOf: Readonly<Record<Part, Block>> = {
  ...{ lines: 'lines', timeline: 'order', contracts: 'contracts', parcels: 'parcels' },
  ...{ quality: 'quality', cover: 'cover' },
}

/** All of an order: the projection, and beside it what each owner's silence or answer says of how fresh it is. */
export async function order({ orderId, include = every }: OrderInput, ctx: Context) {
  const shown = [...new Set<Block>(['order', ...include.map((part) => blockOf[part])])]
  const [{ view, usual, revision }, looks] = await Promise.all([
    readOrder(ctx, orderId),
    lookAtOwners(ctx, orderId, shown),
  ])
  const settings = ctx.config as Settings
  const now = ctx.now()
  return {
    ...showHead(view, usual, settings, now),
    revision,
    ...Object.assign({}, ...include.map((part) => partOf(part, view, settings, now))),
    blocks: showBlocks(view, shown, looks, now),
  }
}

function partOf(part: Part, view: OrderView, settings: Settings, now: number): object {
  switch (part) {
    case 'lines':
      return { lines: showLines(view) }
    case 'timeline':
      return { timeline: showTimeline(view, settings, now) }
    case 'contracts':
      return { contracts: showContracts(view) }
    case 'parcels':
      return { parcels: showParcels(view) }
    case 'quality':
      return { quality: showQuality(view) }
    case 'cover':
      return showCover(view)
  }
}
