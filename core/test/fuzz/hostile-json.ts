import type { SeededRandom } from '../../bench/seeded-random.ts'
import type { Schema } from '../support/schema-arbitrary.ts'
import { oneOf } from './hostile-values.ts'

/** The value with one place at, or just beyond, a bound that its schema sets; as it was where there is none. */
export function atBound(random: SeededRandom, schema: Schema, value: unknown): unknown {
  if (schema.oneOf !== undefined) return atBound(random, oneOf(random, schema.oneOf), value)
  const { properties } = schema
  if (properties !== undefined && typeof value === 'object' && value !== null) {
    const names = Object.keys(properties)
    if (names.length === 0) return value
    const name = oneOf(random, names)
    const inside = Reflect.get(value, name)
    return { ...value, [name]: atBound(random, properties[name] ?? {}, inside) }
  }
  if (Array.isArray(value) && schema.items !== undefined && random.chance(0.6)) {
    if (value.length === 0) return [atBound(random, schema.items, undefined)]
    const at = random.below(value.length)
    return value.with(at, atBound(random, schema.items, value[at]))
  }
  return boundOf(random, schema, value)
}

function boundOf(random: SeededRandom, schema: Schema, value: unknown): unknown {
  const [type] = [schema.type].flat()
  const by = oneOf(random, [-1, 0, 1])
  if (type === 'integer' || type === 'number') {
    const { minimum = 0, maximum = 2 ** 31 - 1 } = schema
    return oneOf(random, [minimum + by, maximum + by, minimum + 0.5, -maximum, String(maximum)])
  }
  if (type === 'string') {
    const { minLength = 0, maxLength = 1000 } = schema
    const unit = oneOf(random, ['a', 'é', '汉', '🏭', '0'])
    return unit.repeat(Math.max(0, oneOf(random, [minLength, maxLength]) + by))
  }
  if (type === 'array') {
    const { minItems = 0, maxItems = 200 } = schema
    const one = Array.isArray(value) ? value[0] : null
    return Array.from({ length: Math.max(0, oneOf(random, [minItems, maxItems]) + by) }, () => one)
  }
  return type === 'boolean' ? oneOf(random, ['true', 0, null]) : null
}

const deep = (open: string, close: string, times: number) =>
  `${open.repeat(times)}1${close.repeat(times)}`

/** What only the text of JSON can say: no value that JSON.stringify would write. */
const values: readonly string[] = [
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '123456789012345678901234567890',
  '0.1e1000000',
  '9'.repeat(2000),
  '01',
  '+1',
  '.5',
  'NaN',
  'Infinity',
  "'x'",
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\x41"',
  '"\t"',
  '/**/1',
  'undefined',
  deep('[', ']', 60),
  deep('[', ']', 5000),
  deep('{"a":', '}', 60),
  deep('{"a":', '}', 3000),
  '{"__proto__":{"isAdmin":true}}',
  '{"\\u005f_proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
]

const keys: readonly string[] = [
  '__proto__',
  '\\u005f\\u005fproto__',
  'constructor',
  'toString',
  '',
]

type Place = RegExpMatchArray & { readonly index: number }

/** The text with one of its values, or one of its keys, as only text can write it. */
export function spoiltText(random: SeededRandom, json: string): string {
  const places = [...json.matchAll(/"[^"\\]{0,100}":/g)] as Place[]
  if (places.length === 0) return oneOf(random, values)
  const { 0: key, index } = oneOf(random, places)
  const [before, after] = [json.slice(0, index), json.slice(index + key.length)]
  const draw = random.next()
  // Twice, with another value: which of both does the one that checks see, and which the one that acts?
  if (draw < 0.4) return `${before}${key}${oneOf(random, values)},${key}${after}`
  if (draw < 0.6) return `${before}"${oneOf(random, keys)}":{"isAdmin":true},${key}${after}`
  if (draw < 0.7) return `${json}${oneOf(random, [',', '}', '\0', ' 1', json])}`
  return `${before}${key}${oneOf(random, values)}${after.replace(/^("[^"\\]{0,500}"|[^,}\]{["]{1,100})/, '')}`
}

/** The bytes with some of them flipped, cut off or doubled. */
export function spoiltBytes(random: SeededRandom, bytes: Buffer): Buffer {
  const draw = random.next()
  if (draw < 0.15) return bytes.subarray(0, random.below(bytes.length))
  if (draw < 0.25) return Buffer.concat([bytes, bytes.subarray(random.below(bytes.length))])
  const copy = Buffer.from(bytes)
  const flips = 1 + random.below(6)
  for (let flip = 0; flip < flips; flip++) {
    const at = random.below(copy.length)
    if (random.chance(0.3)) copy.fill(0xff, at, Math.min(at + 8, copy.length))
    else copy[at] = random.below(256)
  }
  return copy
}
