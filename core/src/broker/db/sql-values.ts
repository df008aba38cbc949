import { coreErrors } from '../../errors.ts'

/** pg's own parsers of text, by type; what is not listed stays text, which is exact and JSON. */
type Parse = (text: string) => unknown

const OID = {
  bool: 16,
  int2: 21,
  int4: 23,
  int8: 20,
  float4: 700,
  float8: 701,
  json: 114,
  jsonb: 3802,
  timestamptz: 1184,
} as const

const ARRAY_OF: Readonly<Record<number, Parse>> = {
  1000: (text) => text === 't',
  1005: Number,
  1007: Number,
  1009: String,
  1015: String,
  1016: exactNumber,
  1021: finiteNumber,
  1022: finiteNumber,
  1185: instant,
  2951: String,
}

/**
 * How a column's text becomes JSON. Whole numbers that JavaScript holds exactly are numbers, larger ones
 * stay text; `numeric` is always text, because it is exact and a double is not; an instant is ISO 8601.
 */
const PARSERS: Readonly<Record<number, Parse>> = {
  [OID.bool]: (text) => text === 't',
  [OID.int2]: Number,
  [OID.int4]: Number,
  [OID.int8]: exactNumber,
  [OID.float4]: finiteNumber,
  [OID.float8]: finiteNumber,
  [OID.json]: (text) => JSON.parse(text),
  [OID.jsonb]: (text) => JSON.parse(text),
  [OID.timestamptz]: instant,
}

export function columnParser(typeOid: number): Parse {
  const element = ARRAY_OF[typeOid]
  if (element) return (text) => parseArray(text, element)
  return PARSERS[typeOid] ?? String
}

function exactNumber(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

/** JSON has no NaN and no Infinity: they stay the words PostgreSQL has for them. */
function finiteNumber(text: string): number | string {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

/** `2026-11-25 18:00:00.5+00` → `2026-11-25T18:00:00.500Z`; years JavaScript does not know stay text. */
function instant(text: string): string {
  const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  return Number.isNaN(time) ? text : new Date(time).toISOString()
}

/** PostgreSQL's array text (manual, §8.15.6): braces, commas, quotes, backslashes, bare NULL. */
function parseArray(text: string, element: Parse): unknown {
  let at = text.indexOf('{')
  const list = (): unknown[] => {
    const items: unknown[] = []
    at++
    while (text[at] !== '}') {
      if (text[at] === ',') at++
      else items.push(text[at] === '{' ? list() : item())
    }
    at++
    return items
  }
  const item = (): unknown => {
    if (text[at] !== '"') {
      const end = /[,}]/g
      end.lastIndex = at
      const bare = text.slice(at, end.exec(text)?.index ?? text.length)
      at += bare.length
      return bare === 'NULL' ? null : element(bare)
    }
    let value = ''
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      value += text[at]
    }
    at++
    return element(value)
  }
  return list()
}

/**
 * A parameter as PostgreSQL's text. Arrays become PostgreSQL arrays, objects JSON; a JSON array is sent as
 * text (`JSON.stringify`).
 * @throws CORE_SQL_REFUSED for what is no SQL value.
 */
export function parameterText(value: unknown, plugin: string): string | null {
  if (value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) {
    return `{${value.map((item) => arrayItem(item, plugin)).join(',')}}`
  }
  if (typeof value === 'object') return JSON.stringify(value)
  const reason = `a parameter is ${typeof value}`
  throw coreErrors.create('SQL_REFUSED', { plugin, reason })
}

function arrayItem(item: unknown, plugin: string): string {
  const text = parameterText(item, plugin)
  if (text === null) return 'NULL'
  return Array.isArray(item) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
