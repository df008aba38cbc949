import { pointerTo, unescapeToken } from '../../schema/json-pointer.ts'
import { dataKeywords, schemasByName } from '../schema-keywords.ts'

/** A schema whose references are written out: `true`, `false`, or keywords. */
export type Node = boolean | Keywords
export type Keywords = Readonly<Record<string, unknown>>

/** Words that say something to people and nothing of what fits. */
export const annotations: ReadonlySet<string> = new Set([
  '$schema',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'sensitive',
  '$defs',
  'definitions',
])

/** Of a schema that says by this word that parts of it depend on what other parts let through. */
export const OPAQUE = 'x-signalbox-undecided'

const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const

/** Where a node stood in the file that it was read from. */
const origins = new WeakMap<object, string>()

/**
 * Writes all references out; contracts allow no recursion and a bounded size, so this ends. `$ref` becomes a part of
 * `allOf`, and what is left over (`unevaluated…`) becomes `additionalProperties` or `items` where no alternative
 * decides it, else a mark that only its like fulfils.
 * @param pointer where the schema stands in its file
 */
export function writtenOut(schema: unknown, pointer: string): Node {
  return write(schema, { root: schema, base: pointer }, pointer)
}

/** The pointer of a node in its file; undefined for `true`, `false` and what was put together. */
export function originOf(node: Node): string | undefined {
  return typeof node === 'object' ? origins.get(node) : undefined
}

/** What must hold together as one node. */
export function together(nodes: readonly Node[]): Node {
  if (nodes.includes(false)) return false
  const [first, ...rest] = nodes.filter((node) => node !== true)
  if (first === undefined) return true
  if (rest.length === 0) return first
  const all = { allOf: [first, ...rest] }
  const origin = originOf(first)
  if (origin !== undefined) origins.set(all, origin)
  return all
}

/** A text that two schemas have in common when they let through the same for the same reasons. */
export function canonical(value: unknown): string {
  return JSON.stringify(ordered(value, true)) ?? 'null'
}

/** The same of data, where every key counts. */
export function canonicalData(value: unknown): string {
  return JSON.stringify(ordered(value, false)) ?? 'null'
}

export function nodesBelow(node: Keywords, keyword: string): readonly Node[] {
  const value = node[keyword]
  return Array.isArray(value) ? (value as Node[]) : []
}

/** Schemas by name, such as of `properties`; own keys only, so that `__proto__` is a name as any other. */
export function nodesByName(node: Keywords, keyword: string): ReadonlyMap<string, Node> {
  const value = node[keyword]
  return new Map(isKeywords(value) ? (Object.entries(value) as [string, Node][]) : [])
}

export function isKeywords(value: unknown): value is Keywords {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Source {
  readonly root: unknown
  readonly base: string
}

function write(schema: unknown, source: Source, pointer: string): Node {
  if (!isKeywords(schema)) return schema !== false
  const { $ref, ...rest } = schema
  const own = Object.fromEntries(
    Object.entries(rest).map(([keyword, value]) => [
      keyword,
      writeKeyword(keyword, value, source, pointerTo(pointer, keyword)),
    ]),
  )
  if (typeof $ref === 'string') {
    const path = $ref.slice(1)
    own['allOf'] = [
      ...nodesBelow(own, 'allOf'),
      write(targetOf(source.root, path), source, source.base + path),
    ]
  }
  return named(withLeftOvers(own), pointer)
}

function writeKeyword(keyword: string, value: unknown, source: Source, pointer: string): unknown {
  if (dataKeywords.has(keyword)) return value
  if (schemasByName.has(keyword) && isKeywords(value)) {
    const isSchema = (child: unknown) => typeof child === 'boolean' || isKeywords(child)
    const children = Object.entries(value).map(([name, child]) => [
      name,
      isSchema(child) ? write(child, source, pointerTo(pointer, name)) : child,
    ])
    return keyword === '$defs' || keyword === 'definitions' ? {} : Object.fromEntries(children)
  }
  if (Array.isArray(value) && (listed as readonly string[]).includes(keyword)) {
    return value.map((child, index) => write(child, source, pointerTo(pointer, index)))
  }
  return isKeywords(value) ? write(value, source, pointer) : value
}

function named(node: Keywords, pointer: string): Keywords {
  origins.set(node, pointer)
  return node
}

function targetOf(root: unknown, path: string): unknown {
  let node = root
  for (const token of path.split('/').slice(1)) {
    const key = unescapeToken(decodeURIComponent(token))
    node =
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Keywords)[key]
        : undefined
  }
  return node
}

const alternatives = ['anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas'] as const

/** All parts that a value must fulfil whatever it is, and whether others may be asked as well. */
function staticParts(node: Keywords): { parts: readonly Keywords[]; isStatic: boolean } {
  const inner = nodesBelow(node, 'allOf').filter(isKeywords).map(staticParts)
  return {
    parts: [node, ...inner.flatMap(({ parts }) => parts)],
    isStatic:
      alternatives.every((keyword) => !(keyword in node)) &&
      inner.every(({ isStatic }) => isStatic),
  }
}

function withLeftOvers(node: Keywords): Keywords {
  const { unevaluatedProperties, unevaluatedItems, ...rest } = node
  if (unevaluatedProperties === undefined && unevaluatedItems === undefined) return node
  const { parts, isStatic } = staticParts(rest)
  const isOpaque = !isStatic || parts.some((part) => 'contains' in part || OPAQUE in part)
  if (isOpaque) return { ...node, [OPAQUE]: canonical(node) }
  const added: Node[] = []
  const has = (keyword: string) => parts.some((part) => part[keyword] !== undefined)
  if (unevaluatedProperties !== undefined && !has('additionalProperties')) {
    const known = (keyword: string) =>
      Object.fromEntries(
        parts.flatMap((part) => [...nodesByName(part, keyword).keys()].map((name) => [name, true])),
      )
    added.push({
      properties: known('properties'),
      patternProperties: known('patternProperties'),
      additionalProperties: unevaluatedProperties,
    })
  }
  if (unevaluatedItems !== undefined && !has('items')) {
    const most = Math.max(0, ...parts.map((part) => nodesBelow(part, 'prefixItems').length))
    const prefix = most === 0 ? {} : { prefixItems: Array.from({ length: most }, () => true) }
    added.push({ ...prefix, items: unevaluatedItems })
  }
  return added.length === 0 ? rest : { ...rest, allOf: [...nodesBelow(rest, 'allOf'), ...added] }
}

/** Lists in which the order says nothing. */
const sets: ReadonlySet<string> = new Set(['type', 'required', 'enum'])

function ordered(value: unknown, isSchema: boolean, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((child) => ordered(child, isSchema))
  if (!isKeywords(value)) return value
  const entries = Object.entries(value)
    .filter(([key]) => !isSchema || isNames || !annotations.has(key))
    .map(([key, child]): [string, unknown] => {
      const isData = !isSchema || (!isNames && dataKeywords.has(key))
      if (isSchema && !isNames && sets.has(key) && Array.isArray(child)) {
        return [key, child.map(canonicalData).sort()]
      }
      return [key, ordered(child, !isData, !isData && !isNames && schemasByName.has(key))]
    })
  // Pairs, not an object: keys such as `1` would order themselves.
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
