/** Words whose values are data: what looks like a reference in them is none. */
const dataWords: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'example'])

/** Words whose values have the author's names for keys: a field may be called `example`, or `$schema`. */
const nameWords: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'],
])

/**
 * A schema as part of a larger document: a reference within it, which begins at its own root, is made to begin at that
 * of the document.
 * @param base pointer to where the schema will stand, such as `#/components/schemas/ListInput`
 */
export function relocated(schema: unknown, base: string): unknown {
  if (Array.isArray(schema)) return schema.map((part) => relocated(part, base))
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([word, value]) => {
    if (word === '$ref' && typeof value === 'string') return [word, base + value.slice(1)]
    if (nameWords.has(word)) return [word, byName(value, base)]
    return [word, dataWords.has(word) ? value : relocated(value, base)]
  })
  return Object.fromEntries(entries.filter(([word]) => word !== '$schema'))
}

function byName(schemas: unknown, base: string): unknown {
  if (typeof schemas !== 'object' || schemas === null) return schemas
  const entries = Object.entries(schemas)
  return Object.fromEntries(entries.map(([name, schema]) => [name, relocated(schema, base)]))
}

/** As names of types are written: `listOrders` becomes `ListOrders`. */
export function typeName(operation: string): string {
  return operation.slice(0, 1).toUpperCase() + operation.slice(1)
}
