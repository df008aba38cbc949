import { canonicalKey } from '../identifiers/digital-link.ts'
import type { Prefixes } from './context.ts'
import type { EpcisEvent } from './document.ts'
import { canonicalInstant } from './event-hash/canonical-value.ts'
import { standardName } from './standard-names.ts'

/** What an event names, and as what. */
export type KeyRole =
  | 'epc'
  | 'class'
  | 'parent'
  | 'child'
  | 'input'
  | 'output'
  | 'transaction'
  | 'transformation'

export interface NamedKey {
  readonly key: string
  readonly role: KeyRole
}

/** An event as it is kept: with its names in one form, and the columns that queries ask for. */
export interface EventRow {
  readonly event: string
  readonly event_id: string | null
  readonly declares_error: boolean
  readonly event_type: string
  readonly at_ms: number
  readonly action: string | null
  readonly biz_step: string | null
  readonly disposition: string | null
  readonly read_point: string | null
  readonly biz_location: string | null
  readonly body: EpcisEvent
  readonly prefixes: Readonly<Record<string, string>>
}

/** Marks the key of an event that says another was wrong: their hashes are the same (CBV 2.0 §8.9.2). */
export const errorMark = '#error'

/** @param hash of the event */
export function eventRow(event: EpcisEvent, prefixes: Prefixes, hash: string): EventRow {
  const declares = event['errorDeclaration'] !== undefined
  const word = (kind: 'bizStep' | 'disposition') => {
    const name = textOf(event[kind])
    return name === null ? null : standardName(kind, name, prefixes)
  }
  return {
    event: declares ? hash + errorMark : hash,
    event_id: textOf(event['eventID']),
    declares_error: declares,
    event_type: String(event['type']),
    at_ms: instantOf(event['eventTime']),
    action: textOf(event['action']),
    biz_step: word('bizStep'),
    disposition: word('disposition'),
    read_point: placeOf(event['readPoint']),
    biz_location: placeOf(event['bizLocation']),
    body: event,
    prefixes: usedPrefixes(event, prefixes),
  }
}

/** Everything that an event names, each role once. */
export function keysOf(event: EpcisEvent): readonly NamedKey[] {
  const named: NamedKey[] = [
    ...listOf(event['epcList']).map(as('epc')),
    ...classesOf(event['quantityList']).map(as('class')),
    ...listOf([event['parentID']]).map(as('parent')),
    ...[...listOf(event['childEPCs']), ...classesOf(event['childQuantityList'])].map(as('child')),
    ...[...listOf(event['inputEPCList']), ...classesOf(event['inputQuantityList'])].map(
      as('input'),
    ),
    ...[...listOf(event['outputEPCList']), ...classesOf(event['outputQuantityList'])].map(
      as('output'),
    ),
    ...fieldsOf(event['bizTransactionList'], 'bizTransaction').map(as('transaction')),
    ...listOf([event['transformationID']]).map(as('transformation')),
  ]
  return [...new Map(named.map((one) => [`${one.role} ${one.key}`, one])).values()]
}

function as(role: KeyRole): (name: string) => NamedKey {
  return (name) => ({ key: canonicalKey(name), role })
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

function classesOf(value: unknown): readonly string[] {
  return fieldsOf(value, 'epcClass')
}

function fieldsOf(value: unknown, field: string): readonly string[] {
  if (!Array.isArray(value)) return []
  return listOf(value.map((one) => (one as Readonly<Record<string, unknown>> | null)?.[field]))
}

/** Where something was: a GS1 key in its one form, any other place as it is written. */
function placeOf(value: unknown): string | null {
  const id = textOf((value as { readonly id?: unknown } | undefined)?.id)
  return id === null ? null : canonicalKey(id)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** To the millisecond, as the event hash has it. */
export function instantOf(value: unknown): number {
  return Date.parse(canonicalInstant(String(value)))
}

/** Only those that the event needs when it is shown without its document. */
function usedPrefixes(event: EpcisEvent, prefixes: Prefixes): Readonly<Record<string, string>> {
  const text = JSON.stringify(event)
  return Object.fromEntries([...prefixes].filter(([prefix]) => text.includes(`"${prefix}:`)))
}
