import { fullName, type Prefixes } from '../epcis/context.ts'
import type { EpcisEvent } from '../epcis/document.ts'
import { type EventRow, keysOf } from '../epcis/event-row.ts'
import { classOfKey, kindOfKey } from '../identifiers/kind-of-key.ts'

/** What was put into what, or taken out. */
export interface MembershipRow {
  readonly parent: string
  /** `*` for all that was in it. */
  readonly child: string
  readonly kind: 'aggregation' | 'association'
  readonly action: 'ADD' | 'OBSERVE' | 'DELETE'
  readonly at_ms: number
  readonly event: string
  readonly step: string | null
}

/** What came in and out of a transformation. */
export interface FlowRow {
  /** Events with one transformation id are one transformation (EPCIS 2.0 §7.4.5). */
  readonly flow: string
  readonly side: 'in' | 'out'
  readonly key: string
  readonly at_ms: number
  readonly event: string
  readonly step: string | null
}

export const allChildren = '*'

const kinds: Readonly<Record<string, MembershipRow['kind']>> = {
  AggregationEvent: 'aggregation',
  AssociationEvent: 'association',
}

export function membershipsOf(row: EventRow): readonly MembershipRow[] {
  const kind = kinds[row.event_type]
  if (kind === undefined) return []
  const keys = keysOf(row.body)
  const parent = keys.find(({ role }) => role === 'parent')?.key
  if (parent === undefined) return []
  const action = row.action as MembershipRow['action']
  const children = keys.filter(({ role }) => role === 'child').map(({ key }) => key)
  const { at_ms, event, biz_step: step } = row
  const whole = children.length === 0 && action === 'DELETE' ? [allChildren] : children
  return [...new Set(whole)]
    .filter((child) => child !== parent)
    .map((child) => ({ parent, child, kind, action, at_ms, event, step }))
}

export function flowsOf(row: EventRow, prefixes: Prefixes): readonly FlowRow[] {
  return [...transformationOf(row), ...lotsOf(row, prefixes)]
}

function transformationOf(row: EventRow): readonly FlowRow[] {
  if (row.event_type !== 'TransformationEvent') return []
  const { at_ms, event, biz_step: step } = row
  const keys = keysOf(row.body)
  const flow = keys.find(({ role }) => role === 'transformation')?.key ?? event
  return keys.flatMap(({ key, role }): FlowRow[] => {
    if (role !== 'input' && role !== 'output') return []
    return [{ flow, side: role === 'input' ? 'in' : 'out', key, at_ms, event, step }]
  })
}

const lotNames: ReadonlySet<string> = new Set([
  'urn:epcglobal:cbv:mda:lotNumber',
  'https://gs1.org/voc/hasBatchLotNumber',
])

/** Serial numbers that were made with a lot number are goods of that lot. */
function lotsOf(row: EventRow, prefixes: Prefixes): readonly FlowRow[] {
  const lot = lotNumber(row.body, prefixes)
  const isMade = row.action === 'ADD' || row.event_type === 'TransformationEvent'
  if (lot === undefined || !isMade) return []
  const { at_ms, event, biz_step: step } = row
  return keysOf(row.body).flatMap(({ key, role }): FlowRow[] => {
    const item = classOfKey(key)
    const isSerial = (role === 'epc' || role === 'output') && kindOfKey(key) === 'item'
    if (!isSerial || item === undefined) return []
    const whole = `${item}/10/${encodeURIComponent(lot)}`
    const common = { flow: `${event} ${whole}`, at_ms, event, step }
    return [
      { ...common, side: 'in', key: whole },
      { ...common, side: 'out', key },
    ]
  })
}

function lotNumber(event: EpcisEvent, prefixes: Prefixes): string | undefined {
  const ilmd = (event['ilmd'] ?? {}) as Readonly<Record<string, unknown>>
  const [, lot] =
    Object.entries(ilmd).find(([name]) => lotNames.has(fullName(name, prefixes))) ?? []
  return typeof lot === 'string' && lot !== '' && lot.length <= 20 ? lot : undefined
}
