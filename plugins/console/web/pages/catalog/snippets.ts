import { shellWord } from '../../parts/command-text.ts'

export interface Call {
  readonly origin: string
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly input: unknown
}

const MOST_DEPTH = 6

/** An input to begin with, where the contract has no example. Pure. */
export function sampleOf(schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > MOST_DEPTH) return {}
  const given = ['const', 'default'].find((word) => Object.hasOwn(schema, word))
  if (given !== undefined) return schema[given]
  const listed = [schema['examples'], schema['enum']].find(
    (list): list is unknown[] => Array.isArray(list) && list.length > 0,
  )
  if (listed !== undefined) return listed[0]
  const [type = 'object'] = [schema['type']].flat()
  if (type === 'array') {
    return Number(schema['minItems'] ?? 0) > 0 ? [sampleOf(schema['items'], depth + 1)] : []
  }
  if (type === 'object') return objectOf(schema, depth)
  if (type === 'integer' || type === 'number') return schema['minimum'] ?? 0
  if (type === 'null') return null
  return type === 'boolean' ? false : ''
}

function objectOf(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const members = required.map((name) => {
    const key = String(name)
    const own = Object.hasOwn(properties, key) ? properties[key] : {}
    return [key, sampleOf(own, depth + 1)] as const
  })
  return Object.fromEntries(members)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** For a POSIX shell; the key stays in a variable, so that what is copied into a ticket opens nothing. */
export function curlOf({ origin, service, major, operation, input }: Call): string {
  return [
    `curl -sS ${shellWord(`${origin}/api/${service}/v${major}/${operation}`)} \\`,
    `  -H "Authorization: Bearer $SIGNALBOX_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellWord(JSON.stringify(input))}`,
  ].join('\n')
}

/** By the command line, with the key from the same variable. */
export function cliOf({ service, major, operation, input }: Call): string {
  return `npx signalbox call ${service}@${major}/${operation} ${shellWord(JSON.stringify(input))}`
}

/** With the typed client that the catalog gives. */
export function typeScriptOf({ origin, service, major, operation, input }: Call): string {
  return [
    `import { createClient } from './${service}.v${major}.ts'`,
    '',
    `const service = createClient({ url: '${origin}', key: process.env.SIGNALBOX_KEY ?? '' })`,
    `console.log(await service.${operation}(${JSON.stringify(input, null, 2)}))`,
  ].join('\n')
}
