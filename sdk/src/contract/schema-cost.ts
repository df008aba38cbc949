import type { InputFault } from '../errors/coded-error.ts'
import { linearRegExp } from './linear-regexp.ts'

/**
 * Subschemas a schema may have once every `$ref` is written out. The largest first-party contract has about
 * 60; a check costs at most this many steps for each value of a payload.
 */
const MAX_SUBSCHEMAS = 2000

/** Items that may be compared pair by pair: a thousand make half a million comparisons, some milliseconds. */
const MAX_UNIQUE_ITEMS = 1000

/** Their values are data, not schemas. */
const dataKeywords = new Set(['const', 'enum', 'default', 'examples', 'example'])

/** References that could lead out of the schema or back into it, and checks that would answer with a promise. */
const refusedKeywords = new Set([
  '$dynamicRef',
  '$recursiveRef',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$async',
])

type Json = Readonly<Record<string, unknown>>

/**
 * Whether the host can check payloads against an author's schema at a bounded price. A host checks contracts
 * in its own process, so a schema must not be able to stop it: no recursion, no references that fan out, no
 * pattern that backtracks, no unbounded comparison of items.
 * @returns what must change, with pointers relative to the schema
 */
export function schemaCostFaults(schema: unknown): readonly InputFault[] {
  const walk = new Walk(schema)
  const size = walk.sizeOf(schema, '', [])
  if (walk.faults.length > 0) return walk.faults
  return size <= MAX_SUBSCHEMAS
    ? []
    : [
        {
          pointer: '',
          detail: `has ${size} subschemas with references written out; ${MAX_SUBSCHEMAS} are allowed`,
        },
      ]
}

class Walk {
  readonly faults: InputFault[] = []
  readonly #root: unknown
  readonly #sizes = new Map<string, number>()

  constructor(root: unknown) {
    this.#root = root
  }

  /** Subschemas below a node, references written out. @param open references being written out right now */
  sizeOf(node: unknown, pointer: string, open: readonly string[]): number {
    if (Array.isArray(node)) {
      return sum(node.map((item, index) => this.sizeOf(item, `${pointer}/${index}`, open)))
    }
    if (typeof node !== 'object' || node === null) return 0
    const schema = node as Json
    this.#check(schema, pointer)
    const below = Object.entries(schema)
      .filter(([keyword]) => !dataKeywords.has(keyword))
      .map(([keyword, value]) => this.sizeOf(value, `${pointer}/${escapeToken(keyword)}`, open))
    return 1 + sum(below) + this.#referenceSize(schema.$ref, pointer, open)
  }

  #check(schema: Json, pointer: string): void {
    for (const keyword of Object.keys(schema)) {
      if (refusedKeywords.has(keyword)) {
        this.#fault(
          `${pointer}/${keyword}`,
          'is not allowed in a contract: write the schema out, or use $ref to $defs',
        )
      }
    }
    if (schema.uniqueItems === true && !(Number(schema.maxItems) <= MAX_UNIQUE_ITEMS)) {
      this.#fault(
        `${pointer}/uniqueItems`,
        `needs maxItems of at most ${MAX_UNIQUE_ITEMS} beside it`,
      )
    }
    if (typeof schema.pattern === 'string') this.#checkPattern(schema.pattern, `${pointer}/pattern`)
    if (typeof schema.patternProperties === 'object' && schema.patternProperties !== null) {
      for (const pattern of Object.keys(schema.patternProperties)) {
        this.#checkPattern(pattern, `${pointer}/patternProperties/${escapeToken(pattern)}`)
      }
    }
  }

  #checkPattern(pattern: string, pointer: string): void {
    try {
      linearRegExp(pattern)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#fault(pointer, `is not a pattern that can be matched in linear time (RE2): ${reason}`)
    }
  }

  #referenceSize(reference: unknown, pointer: string, open: readonly string[]): number {
    if (typeof reference !== 'string') return 0
    const target = reference.startsWith('#') ? resolve(this.#root, reference.slice(1)) : undefined
    if (target === undefined) {
      this.#fault(`${pointer}/$ref`, 'must be a pointer into the same schema, such as #/$defs/line')
      return 0
    }
    if (open.includes(reference)) {
      this.#fault(`${pointer}/$ref`, 'leads back to itself: a contract may not be recursive')
      return 0
    }
    const known = this.#sizes.get(reference)
    if (known !== undefined) return known
    const size = this.sizeOf(target, reference.slice(1), [...open, reference])
    this.#sizes.set(reference, size)
    return size
  }

  #fault(pointer: string, detail: string): void {
    if (this.faults.length < 20 && !this.faults.some((fault) => fault.pointer === pointer)) {
      this.faults.push({ pointer, detail })
    }
  }
}

/** RFC 6901 within the schema; undefined where it leads nowhere. */
function resolve(root: unknown, pointer: string): unknown {
  let node = root
  for (const token of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    node = (node as Json)[key]
  }
  return node
}

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
