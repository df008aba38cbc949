import { writtenOutSchema } from '../contract/compatibility/written-out-schema.ts'

type Json = Readonly<Record<string, unknown>>

/** A TypeScript type of the values that fit a schema; what no type can say (lengths, patterns) is left out. */
export function typeScriptType(schema: unknown): string {
  return typeOf(writtenOutSchema(schema), '')
}

function typeOf(schema: unknown, indent: string): string {
  if (schema === false) return 'never'
  if (typeof schema !== 'object' || schema === null) return 'unknown'
  const node = schema as Json
  const parts = [ownType(node, indent)]
  for (const word of ['anyOf', 'oneOf'] as const) {
    if (Array.isArray(node[word])) parts.push(union(node[word].map((one) => typeOf(one, indent))))
  }
  if (Array.isArray(node['allOf'])) parts.push(...node['allOf'].map((one) => typeOf(one, indent)))
  const known = [...new Set(parts.filter((part) => part !== 'unknown'))]
  if (known.length === 0) return 'unknown'
  return known.length === 1 ? (known[0] ?? 'unknown') : known.map(grouped).join(' & ')
}

function ownType(node: Json, indent: string): string {
  if ('const' in node) return literal(node['const'])
  if (Array.isArray(node['enum'])) return union(node['enum'].map(literal))
  const types = [node['type']].flat().filter((type) => type !== undefined)
  if (types.length === 0 && node['properties'] !== undefined) return objectType(node, indent)
  const nullable = node['nullable'] === true ? ['null'] : []
  return union([...types.map((type) => namedType(type, node, indent)), ...nullable])
}

function namedType(type: unknown, node: Json, indent: string): string {
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'object') return objectType(node, indent)
  if (type === 'array') return arrayType(node, indent)
  return type === 'string' || type === 'boolean' || type === 'null' ? type : 'unknown'
}

function arrayType(node: Json, indent: string): string {
  const items = (one: unknown) => typeOf(one, indent)
  const first = node['prefixItems']
  if (!Array.isArray(first)) return `readonly ${grouped(items(node['items'] ?? true))}[]`
  const rest = node['items'] === false ? '' : `, ...${grouped(items(node['items'] ?? true))}[]`
  const few = first.map((one) => `${grouped(items(one))}?`).join(', ')
  return `readonly [${few}${rest}]`
}

function objectType(node: Json, indent: string): string {
  const inner = `${indent}  `
  const required = (node['required'] as readonly string[] | undefined) ?? []
  const properties = Object.entries((node['properties'] as object | undefined) ?? {})
  const lines = properties.flatMap(([name, schema]) => [
    ...comment((schema as Json | undefined)?.['description'], inner),
    `${inner}readonly ${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)}`,
  ])
  const others = node['additionalProperties']
  const isMap = typeof others === 'object' && others !== null
  if (lines.length === 0) {
    if (others === false) return 'Readonly<Record<string, never>>'
    return `Readonly<Record<string, ${isMap ? typeOf(others, indent) : 'unknown'}>>`
  }
  const object = `{\n${lines.join('\n')}\n${indent}}`
  return isMap ? `${object} & Readonly<Record<string, unknown>>` : object
}

export function comment(text: unknown, indent: string): string[] {
  if (typeof text !== 'string') return []
  return [`${indent}/** ${onOneLine(text).replaceAll('*/', '*\\/')} */`]
}

/** Every end of a line that JavaScript knows is a space to `\s`. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function literal(value: unknown): string {
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value)
  return isPlain ? JSON.stringify(value) : 'unknown'
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)]
  if (all.length === 0 || all.includes('unknown')) return 'unknown'
  return all.map((type) => (all.length > 1 ? grouped(type) : type)).join(' | ')
}

function grouped(type: string): string {
  return /[|&\s]/.test(type) && !/^\{[^|&]*\}$/s.test(type) ? `(${type})` : type
}
