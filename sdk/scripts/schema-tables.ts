/** The parts of JSON Schema that the SDK's own schemas use. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: boolean | SchemaNode
  readonly items?: SchemaNode
}

/**
 * A table for each object in a schema, outermost first: property, what it holds, whether it is required.
 * @param title heading of the outermost table.
 */
export function schemaTables(title: string, schema: SchemaNode): string {
  return [...sections(title, schema)].join('\n')
}

function* sections(path: string, node: SchemaNode): Generator<string> {
  if (node.properties === undefined) return
  const rows = Object.entries(node.properties).map(([name, property]) => {
    const required = node.required?.includes(name) ? 'yes' : ''
    return `| \`${name}\` | ${cell(holds(property))} | ${required} | ${cell(property.description ?? '')} |`
  })
  yield [
    `## ${path}`,
    '',
    '| property | holds | required | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
  for (const [name, property] of Object.entries(node.properties)) {
    // The same two languages everywhere: told once, in the text above the tables.
    if (isLocalized(property)) continue
    const inner = path.startsWith('`') ? `${path.slice(1, -1)}.${name}` : name
    yield* sections(`\`${inner}\``, property)
    if (property.items !== undefined) yield* sections(`\`${inner}[]\``, property.items)
    if (typeof property.additionalProperties === 'object') {
      yield* sections(`\`${inner}.*\``, property.additionalProperties)
    }
  }
}

function isLocalized({ properties }: SchemaNode): boolean {
  return properties !== undefined && Object.hasOwn(properties, 'zh-CN')
}

function holds(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(', ')
  if (isLocalized(node)) return 'text by language'
  if (node.type === 'integer') return `integer ${node.minimum} to ${node.maximum}`
  if (node.type === 'string') {
    return node.maxLength === undefined ? 'text' : `text, at most ${node.maxLength}`
  }
  if (node.type === 'array') {
    return `list of ${node.items === undefined ? 'anything' : holds(node.items)}`
  }
  return typeof node.type === 'string' ? node.type : 'any JSON'
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
