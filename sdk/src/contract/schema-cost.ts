import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo, unescapeToken } from '../schema/json-pointer.ts'
import { linearRegExp } from './linear-regexp.ts'
import { dataKeywords, schemasByName } from './schema-keywords.ts'

/**
 * Steps a schema may cost for each value of a payload, every `$ref` written out. A step is about 10 ns (a text
 * compared by ajv); the largest first-party contract takes about 60, all countries as an enum take 250.
 */
const MAX_STEPS = 1000

/** Comparing an object or array with another, and trying one of several alternatives, take about 50 ns. */
const SLOW_STEPS = 6

/** Equal texts are compared to their end; this many characters are one step more. */
const CHARACTERS_PER_STEP = 64

/** RE2 takes about 100 ns a character, so that each pattern over a MiB of text takes a tenth of a second. */
const MAX_PATTERNS = 32

/** Items that may be compared pair by pair: a thousand make half a million comparisons, some milliseconds. */
const MAX_UNIQUE_ITEMS = 1000

/** Deeper than any contract met so far; what walks or compiles a schema uses a stack frame or more a level. */
const MAX_DEPTH = 64

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

interface Cost {
  readonly steps: number
  readonly patterns: number
}

const nothing: Cost = { steps: 0, patterns: 0 }

/**
 * Whether the host can check payloads against an author's schema at a bounded price. A host checks contracts
 * in its own process, so a schema must not be able to stop it: no recursion, no references that fan out, no
 * pattern that backtracks, no unbounded comparison of items or with an enum, no check that answers later.
 * @returns what must change, with pointers relative to the schema
 */
export function schemaCostFaults(schema: unknown): readonly InputFault[] {
  const walk = new Walk(schema)
  const { steps, patterns } = walk.costOf(schema, { pointer: '', depth: 0, open: [] })
  if (walk.faults.length > 0) return walk.faults
  if (steps > MAX_STEPS) {
    const detail =
      `costs ${steps} steps a value (subschemas with references written out, alternatives, members of ` +
      `enums); ${MAX_STEPS} are allowed`
    return [{ pointer: '', detail }]
  }
  if (patterns <= MAX_PATTERNS) return []
  const detail = `has ${patterns} patterns with references written out; ${MAX_PATTERNS} are allowed`
  return [{ pointer: '', detail }]
}

/** Where the walk is. */
interface Place {
  readonly pointer: string
  readonly depth: number
  /** References being written out right now. */
  readonly open: readonly string[]
}

class Walk {
  readonly faults: InputFault[] = []
  readonly #root: unknown
  readonly #costs = new Map<string, Cost>()

  constructor(root: unknown) {
    this.#root = root
  }

  /** What one value pays for a schema, or for each of a list of schemas; references are written out. */
  costOf(node: unknown, place: Place): Cost {
    if (typeof node !== 'object' || node === null) return nothing
    if (place.depth > MAX_DEPTH) return this.#tooDeep(place.pointer)
    if (Array.isArray(node)) return sum(this.#below(node, place))
    const schema = node as Json
    this.#check(schema, place.pointer)
    const costs = [{ steps: 1 + extraSteps(schema), patterns: patternsIn(schema) }]
    for (const [keyword, value] of Object.entries(schema)) {
      const below = inside(place, keyword)
      if (keyword === 'enum' || keyword === 'const') {
        costs.push({ steps: this.#comparisonSteps(value, below), patterns: 0 })
      } else if (schemasByName.has(keyword) && typeof value === 'object' && value !== null) {
        costs.push(...this.#below(value, below))
      } else if (!dataKeywords.has(keyword)) {
        costs.push(this.costOf(value, below))
      }
    }
    costs.push(this.#referenceCost(schema.$ref, place))
    return sum(costs)
  }

  #below(nodes: object, place: Place): Cost[] {
    return Object.entries(nodes).map(([name, node]) => this.costOf(node, inside(place, name)))
  }

  /** Each member of an enum may be compared with a value to its last node. */
  #comparisonSteps(data: unknown, place: Place): number {
    if (typeof data === 'string') return 1 + Math.floor(data.length / CHARACTERS_PER_STEP)
    if (typeof data !== 'object' || data === null) return 1
    if (place.depth > MAX_DEPTH) return this.#tooDeep(place.pointer).steps
    let steps = SLOW_STEPS
    for (const [key, child] of Object.entries(data)) {
      steps += this.#comparisonSteps(child, inside(place, key))
    }
    return steps
  }

  #tooDeep(pointer: string): Cost {
    this.#fault(pointer, `is nested deeper than ${MAX_DEPTH} levels`)
    return nothing
  }

  #check(schema: Json, pointer: string): void {
    for (const keyword of Object.keys(schema)) {
      if (refusedKeywords.has(keyword)) {
        this.#fault(
          `${pointer}/${keyword}`,
          'is not allowed: write the schema out, or use $ref to $defs',
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
        this.#checkPattern(pattern, pointerTo(`${pointer}/patternProperties`, pattern))
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

  #referenceCost(reference: unknown, { pointer, depth, open }: Place): Cost {
    if (typeof reference !== 'string') return nothing
    const target = /^#(\/|$)/.test(reference) ? resolve(this.#root, reference.slice(1)) : undefined
    if (target === undefined) {
      this.#fault(`${pointer}/$ref`, 'must be a pointer into the same schema, such as #/$defs/line')
      return nothing
    }
    if (open.includes(reference)) {
      this.#fault(`${pointer}/$ref`, 'leads back to itself: a schema may not be recursive')
      return nothing
    }
    const known = this.#costs.get(reference)
    if (known !== undefined) return known
    const place = { pointer: reference.slice(1), depth: depth + 1, open: [...open, reference] }
    const cost = this.costOf(target, place)
    this.#costs.set(reference, cost)
    return cost
  }

  #fault(pointer: string, detail: string): void {
    if (this.faults.length < 20 && !this.faults.some((fault) => fault.pointer === pointer)) {
      this.faults.push({ pointer, detail })
    }
  }
}

/** What a value pays beside its subschemas: each alternative that fails, and each item its fellows. */
function extraSteps({ anyOf, oneOf, uniqueItems, maxItems }: Json): number {
  const alternatives = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  const fellows = uniqueItems === true ? Math.ceil(Number(maxItems) / 2) || 0 : 0
  return alternatives.length * SLOW_STEPS + fellows
}

function patternsIn({ pattern, patternProperties }: Json): number {
  const isMap = typeof patternProperties === 'object' && patternProperties !== null
  return (typeof pattern === 'string' ? 1 : 0) + (isMap ? Object.keys(patternProperties).length : 0)
}

/** RFC 6901 within the schema; undefined where it leads nowhere. */
function resolve(root: unknown, pointer: string): unknown {
  let node = root
  for (const token of pointer.split('/').slice(1)) {
    const key = keyOf(token)
    if (typeof node !== 'object' || node === null) return undefined
    if (key === undefined || !Object.hasOwn(node, key)) return undefined
    node = (node as Json)[key]
  }
  return node
}

/** @returns undefined for a token that is no URI fragment, such as `%`. */
function keyOf(token: string): string | undefined {
  try {
    return unescapeToken(decodeURIComponent(token))
  } catch {
    return undefined
  }
}

function inside({ pointer, depth, open }: Place, token: string): Place {
  return { pointer: pointerTo(pointer, token), depth: depth + 1, open }
}

function sum(costs: readonly Cost[]): Cost {
  let [steps, patterns] = [0, 0]
  for (const cost of costs) {
    steps += cost.steps
    patterns += cost.patterns
  }
  return { steps, patterns }
}
