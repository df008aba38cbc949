/** Keywords of JSON Schema whose values are data, not schemas. */
export const dataKeywords: ReadonlySet<string> = new Set([
  'const',
  'enum',
  'default',
  'examples',
  'example',
])

/** Keywords in whose values every key is a name, never a keyword. */
export const schemasByName: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
])
