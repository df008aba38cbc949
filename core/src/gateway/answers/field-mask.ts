import type { Subscription } from '../../rollout/routing/snapshot.ts'

/** What of an answer a plan does not show, ready to be applied. */
export interface FieldMask {
  /** Names it in the key of a cache. */
  readonly name: string
  /** @returns the answer without what is hidden, as JSON text. @throws rather than show what it could not look through */
  apply(outputJson: string): string
}

/** Hidden members by name; an empty node is hidden with all that is in it. */
interface Node {
  isHidden: boolean
  readonly members: Map<string, Node>
}

/** Of elements in arrays and of members under any name. */
const ANY = '*'

const masks = new WeakMap<Subscription, Map<string, FieldMask | undefined>>()

/** Compiled once: a subscription lives as long as its snapshot. */
export function maskOf(subscription: Subscription, operation: string): FieldMask | undefined {
  const { fields, maxRows } = subscription
  if (fields === undefined && maxRows === undefined) return undefined
  const known = masks.get(subscription) ?? new Map<string, FieldMask | undefined>()
  masks.set(subscription, known)
  if (known.has(operation)) return known.get(operation)
  const pointers =
    fields !== undefined && Object.hasOwn(fields, operation) ? fields[operation] : undefined
  const mask = compileMask(pointers ?? [], maxRows)
  known.set(operation, mask)
  return mask
}

/**
 * @param pointers JSON pointers (RFC 6901); `*` is every element of an array and every member of an object. A pointer that
 *   goes through an array without saying so means all its elements: an author who forgets the star hides too much, not
 *   too little.
 * @param maxRows of the answer where it is an array, and of every array that is a member of it
 */
export function compileMask(
  pointers: readonly string[],
  maxRows: number | undefined,
): FieldMask | undefined {
  if (pointers.length === 0 && maxRows === undefined) return undefined
  const root: Node = { isHidden: false, members: new Map() }
  for (const pointer of pointers) hide(root, pointer)
  return {
    name: JSON.stringify([pointers, maxRows ?? null]),
    apply: (outputJson) => {
      const output: unknown = JSON.parse(outputJson)
      const cut = maxRows === undefined ? output : withFewerRows(output, maxRows)
      const shown = without(cut, [root])
      return shown === undefined ? 'null' : JSON.stringify(shown)
    },
  }
}

function hide(root: Node, pointer: string): void {
  if (pointer !== '' && !pointer.startsWith('/')) throw new Error(`${pointer} is no JSON pointer`)
  let node = root
  for (const word of pointer.split('/').slice(1)) {
    const name = word.replaceAll('~1', '/').replaceAll('~0', '~')
    const next = node.members.get(name) ?? { isHidden: false, members: new Map<string, Node>() }
    node.members.set(name, next)
    node = next
  }
  node.isHidden = true
}

/** @returns undefined: nothing of it is shown */
function without(value: unknown, nodes: readonly Node[]): unknown {
  if (nodes.some(({ isHidden }) => isHidden)) return undefined
  if (typeof value !== 'object' || value === null || nodes.length === 0) return value
  if (Array.isArray(value)) {
    const within = nodes.flatMap(ofElements)
    return value
      .map((element) => without(element, within))
      .filter((element) => element !== undefined)
  }
  const shown: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    const within = nodes.flatMap((node) => [node.members.get(name), node.members.get(ANY)])
    const left = without(
      member,
      within.filter((node) => node !== undefined),
    )
    if (left !== undefined) shown[name] = left
  }
  return shown
}

/** A star or a number is the step into the array; any other name goes through it. */
function ofElements(node: Node): Node[] {
  const steps = [...node.members].filter(([name]) => name === ANY || /^(\d+|-)$/.test(name))
  return [node, ...steps.map(([, next]) => next)]
}

function withFewerRows(value: unknown, maxRows: number): unknown {
  if (Array.isArray(value)) return value.slice(0, maxRows)
  if (typeof value !== 'object' || value === null) return value
  const shown: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    shown[name] = Array.isArray(member) ? member.slice(0, maxRows) : member
  }
  return shown
}
