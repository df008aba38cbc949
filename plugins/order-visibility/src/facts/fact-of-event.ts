import { type PluginEvent, Refusal } from '@signalbox/sdk'
import { instantText, MS_PER_DAY, msOfInstant } from '../time/instant.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Fact, Link } from './fact.ts'
import type { FactData, FactType } from './fact-data.ts'
import { factTypes } from './fact-types.ts'

/** Clocks of other systems go wrong by hours, not by more: what is told of later than this is a slip of the pen. */
const AHEAD_MS = MS_PER_DAY

/** A fact with what ties it to orders. */
export interface ToldFact {
  readonly fact: Fact
  readonly source: string
  readonly eventId: string
  readonly links: readonly Link[]
  readonly stock: { readonly sku: string; readonly location?: string } | undefined
  /** Lines of an order that want stock from now on. */
  readonly wants: readonly { readonly sku: string; readonly location?: string }[]
}

/** A CloudEvent with what the host may say of the version that published it. */
export type ToldEvent = Pick<PluginEvent, 'id' | 'source' | 'type' | 'time' | 'data'> & {
  readonly sourceversion?: string
}

/**
 * What an event tells. Pure.
 * @param hash hexadecimal digest of a text
 * @returns undefined for what concerns no order
 * @throws INSTANT_INVALID, FACT_IN_FUTURE
 */
export function factOfEvent(
  event: ToldEvent,
  hash: (text: string) => string,
  now: number,
): ToldFact | undefined {
  const type = event.type as FactType
  const spec = factTypes[type] as (typeof factTypes)['orders.order.created']
  const data = event.data as FactData['orders.order.created']
  if (spec.concerns?.(data) === false) return undefined
  const happenedAt = msOfInstant(spec.happened(data))
  if (happenedAt > now + AHEAD_MS) {
    throw new Refusal(
      'FACT_IN_FUTURE',
      `${type} is told to have happened at ${instantText(happenedAt)}, more than a day ahead: send it anew with the right time.`,
    )
  }
  const businessKey = spec.key(data)
  const fact = {
    fact: hash(`${type}\n${businessKey}\n${canonicalJson(data)}`).slice(0, 40),
    type,
    node: spec.node(data),
    businessKey,
    happenedAt,
    publishedAt: msOfInstant(event.time),
    publisher: publisherOf(event.source),
    version: event.sourceversion ?? null,
    data,
  } as Fact
  return {
    fact,
    source: event.source,
    eventId: event.id,
    links: distinct(spec.links?.(data) ?? []),
    stock: spec.stock?.(data),
    wants: wantsOf(fact),
  }
}

function wantsOf(fact: Fact): ToldFact['wants'] {
  if (fact.type !== 'orders.order.created' && fact.type !== 'orders.order.changed') return []
  return (fact.data.lines ?? []).map(({ sku, location }) => ({
    sku,
    ...(location === undefined ? {} : { location }),
  }))
}

/** `/plugins/@scope/name` and `/tenants/t/apps/erp/…` without what every source begins with. */
function publisherOf(source: string): string {
  return source.replace(/^\/plugins\//, '').replace(/^\/tenants\/[^/]*\//, '')
}

function distinct(links: readonly Link[]): readonly Link[] {
  return [...new Map(links.map((link) => [JSON.stringify(link), link])).values()]
}
