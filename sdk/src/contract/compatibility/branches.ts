import { isKeywords, type Keywords, type Node, nodesBelow, nodesByName } from './schema-node.ts'

export const jsonTypes = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const
export type JsonType = (typeof jsonTypes)[number]

/** One way to fulfil a schema for values of one type: all of these parts hold, none has alternatives. */
export interface Branch {
  readonly type: JsonType
  readonly parts: readonly Keywords[]
  readonly isInteger: boolean
}

/** More alternatives of one value than contracts have; beyond them they are left out, which makes the schema wider. */
const MAX_BRANCHES = 64

/**
 * The ways to fulfil a schema. Together they let through at least what the schema does: of `oneOf`, `not` and `if`
 * only what is certain is kept, so whoever proves something of all branches has proved it of the schema.
 */
export function branchesOf(node: Node): readonly Branch[] {
  return partsOf(node).flatMap((parts) =>
    typesOf(parts).map((type) => ({
      type,
      parts,
      isInteger: type === 'number' && isInteger(parts),
    })),
  )
}

/** Every name that the schema mentions for a property of the value itself, in any alternative. */
export function declaredNames(node: Node): ReadonlySet<string> {
  return new Set(valueNodes(node).flatMap((part) => [...nodesByName(part, 'properties').keys()]))
}

/** The schema and all parts of it that may speak of the same value. */
export function valueNodes(node: Node): readonly Keywords[] {
  if (!isKeywords(node)) return []
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => nodesBelow(node, keyword))
  const single = ['if', 'then', 'else'].map((keyword) => node[keyword] as Node | undefined)
  const dependent = [...nodesByName(node, 'dependentSchemas').values()]
  return [node, ...[...lists, ...single, ...dependent].flatMap((part) => valueNodes(part ?? true))]
}

function partsOf(node: Node): readonly (readonly Keywords[])[] {
  if (!isKeywords(node)) return node ? [[]] : []
  let branches: readonly (readonly Keywords[])[] = [[node]]
  const times = (options: readonly (readonly Keywords[])[]) => {
    if (branches.length * options.length > MAX_BRANCHES) return
    branches = branches.flatMap((branch) => options.map((option) => [...branch, ...option]))
  }
  for (const part of nodesBelow(node, 'allOf')) times(partsOf(part))
  for (const keyword of ['anyOf', 'oneOf']) {
    const options = nodesBelow(node, keyword)
    if (options.length > 0) times(options.flatMap(partsOf))
  }
  return branches
}

/** The types that a part names; `nullable` is ajv's word, of OpenAPI 3.0. Undefined: all. */
export function typeNames({ type, nullable }: Keywords): readonly unknown[] | undefined {
  if (type === undefined) return undefined
  const names = Array.isArray(type) ? type : [type]
  return nullable === true ? [...names, 'null'] : names
}

function typesOf(parts: readonly Keywords[]): readonly JsonType[] {
  return jsonTypes.filter((type) =>
    parts.every((part) => {
      const names = typeNames(part)
      return (
        names?.some((name) => name === type || (name === 'integer' && type === 'number')) ?? true
      )
    }),
  )
}

function isInteger(parts: readonly Keywords[]): boolean {
  return parts.some((part) => {
    const names = typeNames(part)
    const isNamed = names?.includes('integer') === true && !names.includes('number')
    return isNamed || Number.isInteger(part['multipleOf'])
  })
}
