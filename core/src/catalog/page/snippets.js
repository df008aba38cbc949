const MAX_DEPTH = 6

/** An input to begin with, where the contract has no example. */
export function sampleOf(schema, depth = 0) {
  if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return {}
  const given = ['const', 'default'].find((word) => word in schema)
  if (given !== undefined) return schema[given]
  const listed = [schema.examples, schema.enum].find(
    (list) => Array.isArray(list) && list.length > 0,
  )
  if (listed !== undefined) return listed[0]
  const type = [schema.type].flat()[0] ?? 'object'
  if (type === 'array') return schema.minItems > 0 ? [sampleOf(schema.items, depth + 1)] : []
  if (type === 'object') return objectOf(schema, depth)
  if (type === 'integer' || type === 'number') return schema.minimum ?? 0
  if (type === 'null') return null
  return type === 'boolean' ? false : ''
}

function objectOf({ properties = {}, required = [] }, depth) {
  const fields = required.map((name) => [
    name,
    sampleOf(Object.hasOwn(properties, name) ? properties[name] : {}, depth + 1),
  ])
  return Object.fromEntries(fields)
}

/** For a POSIX shell; the key stays in a variable, so that what is copied into a ticket opens nothing. */
export function curlOf({ origin, id, major, operation, input }) {
  return [
    `curl -sS ${quoted(`${origin}/api/${id}/v${major}/${operation}`)} \\`,
    `  -H "Authorization: Bearer $SIGNALBOX_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(input))}`,
  ].join('\n')
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** With the client that the catalog gives as "types". */
export function typeScriptOf({ origin, id, major, operation, input }) {
  return [
    `import { createClient } from './${id}.v${major}.ts'`,
    '',
    `const service = createClient({ url: '${origin}', key: process.env.SIGNALBOX_KEY ?? '' })`,
    `console.log(await service.${operation}(${JSON.stringify(input, null, 2)}))`,
  ].join('\n')
}
