import { type Prefixes, splitName } from '../context.ts'
import { expandWord, type VocabularyKind } from '../vocabulary.ts'

/** An element of an event as XML and the hash see it. */
export interface EventNode {
  readonly name: string
  readonly text: string
  readonly children: readonly EventNode[]
}

/** Fields whose bare words are short for addresses, by the field that holds them. */
const wordFields: Readonly<Record<string, VocabularyKind>> = {
  bizStep: 'bizStep',
  disposition: 'disposition',
  set: 'disposition',
  unset: 'disposition',
  'bizTransactionList.type': 'bizTransactionType',
  'sourceList.type': 'sourceDestType',
  'destinationList.type': 'sourceDestType',
  'sensorReport.type': 'measurement',
  'sensorReport.exception': 'sensorAlert',
  'sensorReport.component': 'component',
}

/** Comments are no data. */
const comments = new Set(['#text', 'rdfs:comment', 'comment', '@context'])

const pairLists: Readonly<Record<string, string>> = {
  bizTransactionList: 'bizTransaction',
  sourceList: 'source',
  destinationList: 'destination',
}

/** A list without a name of its own, whose two parts keep their order: a type and what it is the type of. */
export const pairName = ''

/**
 * The fields of an event in the shape that XML gives them, which is what the hash is defined over: lists hold elements
 * named after them, names and values with a prefix are written out.
 */
export function eventTree(
  event: Readonly<Record<string, unknown>>,
  prefixes: Prefixes,
): EventNode[] {
  return shaped(fieldsOf(event, '', prefixes))
}

function fieldsOf(value: object, owner: string, prefixes: Prefixes): EventNode[] {
  return Object.entries(value).flatMap(([key, field]) => {
    if (comments.has(key) || field === undefined || field === null) return []
    const parts: readonly unknown[] = Array.isArray(field) ? field.flat() : [field]
    return parts.map((part) => nodeOf(key, part, owner, prefixes))
  })
}

function nodeOf(key: string, value: unknown, owner: string, prefixes: Prefixes): EventNode {
  const name = nameOf(key, prefixes)
  if (typeof value !== 'object' || value === null) {
    return { name, text: textOf(value, wordKind(key, owner), prefixes), children: [] }
  }
  const text = (value as { readonly '#text'?: unknown })['#text']
  return {
    name,
    text: text === undefined ? '' : String(text),
    children: fieldsOf(value, key, prefixes),
  }
}

function nameOf(key: string, prefixes: Prefixes): string {
  const parts = splitName(key, prefixes)
  return parts === undefined ? key : `{${parts[0]}}${parts[1]}`
}

function wordKind(key: string, owner: string): VocabularyKind | undefined {
  return wordFields[`${owner}.${key}`] ?? wordFields[key]
}

function textOf(value: unknown, kind: VocabularyKind | undefined, prefixes: Prefixes): string {
  // As the reference implementation of CBV 2.0 (1.9.3) writes booleans of JSON; the standard does not say how.
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'string') return String(value)
  const word = kind === undefined ? value : expandWord(kind, value)
  return splitName(word, prefixes)?.join('') ?? word
}

/** Gathers the elements of lists under one element that is named after the list, at every depth. */
function shaped(fields: readonly EventNode[]): EventNode[] {
  const lists = new Map<string, EventNode[]>()
  const others: EventNode[] = []
  for (const field of fields) {
    const list = listOf(field)
    if (list === undefined) others.push(shapedNode(field))
    else lists.set(field.name, [...(lists.get(field.name) ?? []), list])
  }
  return [...others, ...Array.from(lists, ([name, children]) => ({ name, text: '', children }))]
}

function listOf({ name, text, children }: EventNode): EventNode | undefined {
  const value = pairLists[name]
  if (value !== undefined) return { name: pairName, text: '', children: pairOf(children, value) }
  if (name === 'childEPCs') return { name: 'epc', text, children: [] }
  return name.endsWith('List') ? shapedNode({ name: name.slice(0, -4), text, children }) : undefined
}

function pairOf(children: readonly EventNode[], value: string): EventNode[] {
  return ['type', value].flatMap((name) => children.find((child) => child.name === name) ?? [])
}

function shapedNode({ name, text, children }: EventNode): EventNode {
  const inner = shaped(children)
  return { name: elementName(name, inner.length > 0), text, children: inner }
}

function elementName(name: string, hasChildren: boolean): string {
  if (name === 'inputEPC' || name === 'outputEPC') return 'epc'
  const isQuantity = /^(?:input|output|child)Quantity$/.test(name)
  return isQuantity || (name === 'quantity' && hasChildren) ? 'quantityElement' : name
}
