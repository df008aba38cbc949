import { linearRegExp } from '../linear-regexp.ts'
import { type Keywords, type Node, nodesBelow, nodesByName, together } from './schema-node.ts'

const regExps = new Map<string, ReturnType<typeof linearRegExp>>()
const MAX_REG_EXPS = 1000

/** Compiled once: comparing asks the same few patterns for every name. */
export function matches(pattern: string, name: string): boolean {
  let regExp = regExps.get(pattern)
  if (regExp === undefined) {
    if (regExps.size >= MAX_REG_EXPS) regExps.clear()
    regExp = linearRegExp(pattern)
    regExps.set(pattern, regExp)
  }
  return regExp.test(name)
}

/** What one part says of a property of this name. `isSaid` is false where it says nothing of such names at all. */
export function sayingOf(part: Keywords, name: string): { node: Node; isSaid: boolean } {
  const named = nodesByName(part, 'properties').get(name)
  const patterns = [...nodesByName(part, 'patternProperties')].filter(([pattern]) =>
    matches(pattern, name),
  )
  const said = [...(named === undefined ? [] : [named]), ...patterns.map(([, node]) => node)]
  if (said.length > 0) return { node: together(said), isSaid: true }
  const others = part['additionalProperties'] as Node | undefined
  return { node: others ?? true, isSaid: others !== undefined }
}

export function propertyOf(
  parts: readonly Keywords[],
  name: string,
): { node: Node; isSaid: boolean } {
  const sayings = parts.map((part) => sayingOf(part, name))
  return {
    node: together(sayings.map(({ node }) => node)),
    isSaid: sayings.some(({ isSaid }) => isSaid),
  }
}

/** At least what the parts let through under names that nobody declares and that this pattern matches. */
export function propertiesLike(parts: readonly Keywords[], pattern: string): Node {
  return together(
    parts.map(
      (part) => nodesByName(part, 'patternProperties').get(pattern) ?? otherNames(part, []),
    ),
  )
}

/** The same under names that nobody declares and that match none of these patterns. */
export function otherProperties(parts: readonly Keywords[], unlike: readonly string[]): Node {
  return together(parts.map((part) => otherNames(part, unlike)))
}

function otherNames(part: Keywords, unlike: readonly string[]): Node {
  const others = (part['additionalProperties'] as Node | undefined) ?? true
  const patterns = [...nodesByName(part, 'patternProperties')]
    .filter(([pattern]) => !unlike.includes(pattern))
    .map(([, node]) => node)
  return patterns.length === 0 ? others : either([...patterns, others])
}

function either(nodes: readonly Node[]): Node {
  if (nodes.includes(true)) return true
  const open = nodes.filter((node) => node !== false)
  return open.length === 0 ? false : { anyOf: open }
}

export function requiredNames(parts: readonly Keywords[]): ReadonlySet<string> {
  return new Set(parts.flatMap(({ required }) => (Array.isArray(required) ? required : [])))
}

/** What the parts say of the item at this place, counted from 0. */
export function itemAt(parts: readonly Keywords[], index: number): Node {
  return together(
    parts.map(
      (part) =>
        nodesBelow(part, 'prefixItems')[index] ?? (part['items'] as Node | undefined) ?? true,
    ),
  )
}

export function longestPrefix(parts: readonly Keywords[]): number {
  return Math.max(0, ...parts.map((part) => nodesBelow(part, 'prefixItems').length))
}
