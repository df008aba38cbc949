import { type Context, Refusal } from '@signalbox/sdk'
import { bareName } from '../epcis/standard-names.ts'
import { writtenKey } from '../identifiers/written-key.ts'
import { type Direction, Trace, type TraceEdge, type TraceNode } from './trace-graph.ts'
import { type LastSeen, readLastSeen, readLevel } from './trace-store.ts'

export interface TraceRequest {
  readonly epc: string
  readonly direction: Direction
  readonly depth?: number
}

export interface TraceAnswer {
  readonly nodes: readonly (TraceNode & {
    readonly at?: string
    readonly place?: string
    readonly disposition?: string
  })[]
  readonly edges: readonly (Omit<TraceEdge, 'at'> & { readonly at: string })[]
  readonly cut?: boolean
}

const DEPTH = 8
/** What the contract's answer holds. */
const LIMITS = { nodes: 1000, edges: 2000 }

/**
 * Where the goods of a lot, serial number or handling unit came from (up) or went (down): through transformations, units they were
 * packed into while they were in them, and lots that serial numbers are of. `cut` tells that there is more.
 *
 * @throws Refusal EPC_UNKNOWN when no event names it
 */
export async function trace(
  { epc, direction, depth = DEPTH }: TraceRequest,
  ctx: Pick<Context, 'db'>,
): Promise<TraceAnswer> {
  const start = writtenKey(epc)
  const found = new Trace(start, direction, LIMITS)
  for (let level = 0; level < depth && found.frontier.length > 0; level++) {
    const facts = await readLevel(ctx, found.frontier, direction === 'up' ? 'out' : 'in')
    found.follow(facts)
  }
  const isWhole = found.frontier.length === 0 || !(await hasMore(ctx, found, direction))
  const seen = await readLastSeen(
    ctx,
    found.nodes.map(({ epc }) => epc),
  )
  if (seen.length === 0 && found.edges.size === 0) throw unknown(epc)
  return answerOf(found, seen, found.cut || !isWhole)
}

/** Whether a step beyond the depth would add anything. */
async function hasMore(
  ctx: Pick<Context, 'db'>,
  found: Trace,
  direction: Direction,
): Promise<boolean> {
  const before = found.edges.size
  const probe = found.copy({ nodes: LIMITS.nodes + 1, edges: before + 1 })
  probe.follow(await readLevel(ctx, probe.frontier, direction === 'up' ? 'out' : 'in'))
  return probe.edges.size > before || probe.cut
}

function unknown(epc: string): Refusal {
  return new Refusal('EPC_UNKNOWN', `No event names ${epc}: look whether it is written in full.`)
}

function answerOf(found: Trace, seen: readonly LastSeen[], cut: boolean): TraceAnswer {
  const last = new Map(seen.map((one) => [one.key, one]))
  return {
    nodes: found.nodes.map((node) => {
      const one = last.get(node.epc)
      if (one === undefined) return node
      return {
        ...node,
        at: new Date(one.at_ms).toISOString(),
        ...(one.place === null ? {} : { place: one.place }),
        ...(one.disposition === null
          ? {}
          : { disposition: bareName('disposition', one.disposition) }),
      }
    }),
    edges: Array.from(found.edges.values(), ({ at, step, ...edge }) => ({
      ...edge,
      at: new Date(at).toISOString(),
      ...(step === undefined ? {} : { step: bareName('bizStep', step) }),
    })),
    ...(cut ? { cut } : {}),
  }
}
