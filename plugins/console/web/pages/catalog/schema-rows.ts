import { type InputSchema, resolved, typeOf } from '../../contributed/contract-input.ts'

/** A member of an input or an answer, as a person reads it. */
export interface SchemaRow {
  readonly path: string
  readonly type: string
  readonly isRequired: boolean
  readonly note: string
}

const MOST_ROWS = 300
const MOST_DEPTH = 6

/** The members of a schema, one a row, each below what holds it. Pure. */
export function schemaRows(schema: InputSchema, words: BoundWords): readonly SchemaRow[] {
  const rows: SchemaRow[] = []
  collect({ schema, at: '', depth: 0 }, { root: schema, words, rows })
  return rows
}

/** What bounds are of. */
export interface BoundWords {
  readonly length: string
  readonly items: string
}

interface Walk {
  readonly root: InputSchema
  readonly words: BoundWords
  readonly rows: SchemaRow[]
}

function collect(
  { schema, at, depth }: { schema: InputSchema; at: string; depth: number },
  walk: Walk,
): void {
  const { root, words, rows } = walk
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    if (rows.length >= MOST_ROWS) return
    const member = resolved(given, root)
    const path = at === '' ? name : `${at}.${name}`
    const isRequired = schema.required?.includes(name) ?? false
    const items = member.items === undefined ? undefined : resolved(member.items, root)
    rows.push({ path, type: typeWord(member, items), isRequired, note: noteOf(member, words) })
    if (depth >= MOST_DEPTH) continue
    const inner = { schema: items ?? member, at: items === undefined ? path : `${path}[]` }
    collect({ ...inner, depth: depth + 1 }, walk)
  }
}

function typeWord(schema: InputSchema, items: InputSchema | undefined): string {
  const type = typeOf(schema)
  if (type === 'array') return `${items === undefined ? 'any' : typeOf(items)}[]`
  return schema.format === undefined ? type : `${type} (${schema.format})`
}

/** What holds beside the type: choices, bounds, and what the author says. */
function noteOf(schema: InputSchema, words: BoundWords): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema
  const bounds = [
    rangeText('', minimum, maximum),
    rangeText(`${words.length} `, minLength, maxLength),
    rangeText(`${words.items} `, minItems, maxItems),
  ]
  const parts = [
    schema.enum === undefined ? '' : schema.enum.map((one) => JSON.stringify(one)).join(' | '),
    schema.const === undefined ? '' : JSON.stringify(schema.const),
    ...bounds,
    pattern ?? '',
    schema.default === undefined ? '' : `= ${JSON.stringify(schema.default)}`,
    schema.description ?? '',
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function rangeText(word: string, from: number | undefined, to: number | undefined): string {
  if (from === undefined && to === undefined) return ''
  if (from === undefined) return `${word}≤ ${to}`
  return to === undefined ? `${word}≥ ${from}` : `${word}${from}–${to}`
}
