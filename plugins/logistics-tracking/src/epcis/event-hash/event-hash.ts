import type { Prefixes } from '../context.ts'
import { byCodePoints, canonicalInstant, canonicalValue } from './canonical-value.ts'
import { type EventNode, eventTree, pairName } from './event-tree.ts'
import { type PropertyOrder, propertyOrder } from './property-order.ts'
import { sha256 } from './sha-256.ts'

export interface EventHash {
  /** As an address of RFC 6920, such as `ni:///sha-256;…?ver=CBV2.0`. */
  readonly hash: string
  readonly preHash: string
}

/** They say when and under which name an event is kept, or that it was wrong: not what happened. */
const outside = new Set(['recordTime', 'eventID', 'type', 'errorDeclaration'])

/**
 * The hash of an event by CBV 2.0 §8.9: the same for every way to write the event, and another as soon as it says
 * something else. Where the text of the standard leaves room, it is what its reference implementation answers
 * (RalphTro/epcis-event-hash-generator 1.9.3).
 * @param ignored names of fields, in the document's own words, that its sender keeps out of the hash
 */
export function eventHash(
  event: Readonly<Record<string, unknown>>,
  prefixes: Prefixes,
  ignored: ReadonlySet<string> = new Set(),
): EventHash {
  const own = Object.fromEntries(Object.entries(event).filter(([key]) => !ignored.has(key)))
  const { text, rest } = inOrder(eventTree(own, prefixes), propertyOrder)
  const tail = rest.filter(({ name }) => !outside.has(name))
  const preHash = `eventType=${String(event['type'])}${text}${sorted(tail)}`
  return { hash: `ni:///sha-256;${sha256(preHash)}?ver=CBV2.0`, preHash }
}

interface Taken {
  readonly text: string
  /** What the order does not name, whose parents go with it to the end. */
  readonly rest: readonly EventNode[]
}

function inOrder(children: readonly EventNode[], order: PropertyOrder): Taken {
  const extensions = extensionsOf(children)
  let rest = children.filter((child) => !extensions.includes(child))
  let text = ''
  for (const [name, within] of order) {
    const found = rest.filter((child) => child.name === name)
    if (found.length === 0) continue
    const taken = found.map((child) => takenNode(child, within))
    text += taken
      .map((node) => node.text)
      .sort(byCodePoints)
      .join('')
    const left = taken.flatMap((node) => node.rest)
    rest = [...rest.filter((child) => child.name !== name), ...left]
  }
  return { text: text + sorted(extensions), rest }
}

function takenNode(node: EventNode, within: PropertyOrder | undefined): Taken {
  const inner =
    within === undefined ? { text: '', rest: node.children } : inOrder(node.children, within)
  const value = orderedText(node)
  const text = value === '' && inner.text === '' ? '' : node.name + value + inner.text
  return { text, rest: inner.rest.length === 0 ? [] : [{ ...node, children: inner.rest }] }
}

function orderedText({ name, text }: EventNode): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const lower = name.toLowerCase()
  const isInstant = lower.includes('time') && !lower.includes('offset')
  return `=${isInstant ? canonicalInstant(trimmed) : canonicalValue(trimmed)}`
}

/**
 * User extensions within a field stand at its end (rule 21). Those of the event itself do not, and the reference
 * implementation sees none in a field that has nothing else, or whose namespace does not end with a slash: they go to
 * the end of the event with their parents.
 */
function extensionsOf(children: readonly EventNode[]): readonly EventNode[] {
  const isEvent = children.some(({ name }) => name.includes('eventTime') || name.includes('action'))
  if (children.length <= 1 || isEvent) return []
  return children.filter(({ name }) => name.includes('{') && name.includes('/}'))
}

/** Elements with all that is in them, by the order of their texts. */
function sorted(nodes: readonly EventNode[]): string {
  return nodes.map(wholeNode).sort(byCodePoints).join('')
}

function wholeNode(node: EventNode): string {
  if (node.name === pairName) return node.children.map(wholeNode).join('')
  const text = node.text.trim()
  return `${node.name}${text === '' ? '' : `=${canonicalValue(text)}`}${sorted(node.children)}`
}
