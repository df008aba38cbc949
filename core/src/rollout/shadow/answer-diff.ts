import { escapeToken } from '@signalbox/sdk/json-pointer'

/** How answers are compared. Paths are JSON pointers in which `[]` stands for every element of an array. */
export interface Comparison {
  readonly ignore: ReadonlySet<string>
  /** Arrays whose order says nothing. */
  readonly sets: ReadonlySet<string>
  /**
   * Names of properties that a contract or a plan knows. Any other may be data, such as a customer's number: it
   * is shown as `*`, and so a path never tells what only the tenant may know.
   */
  readonly names: ReadonlySet<string>
  /** Of two values that are no objects; by itself, that they are the same. */
  readonly isSame?: (left: unknown, right: unknown) => boolean
}

/** The path of the whole answer. */
export const WHOLE = ''

/** Deeper parts are compared as one. */
const MAX_DEPTH = 32
/** Of one comparison: an answer that differs in more is another answer. */
const MAX_PATHS = 64

/**
 * A copy without the paths that are not compared, and with sets in one order: of their elements' texts, keys
 * sorted. Costs a walk of the value.
 */
export function normalise(value: unknown, comparison: Comparison): unknown {
  return normalised(value, comparison, WHOLE, 0)
}

function normalised(value: unknown, comparison: Comparison, path: string, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return value
  if (Array.isArray(value)) {
    const at = `${path}/[]`
    if (comparison.ignore.has(at)) return []
    const items = value.map((item) => normalised(item, comparison, at, depth + 1))
    if (!comparison.sets.has(path)) return items
    const texts = new Map(items.map((item) => [item, canonicalText(item)]))
    return items.sort((a, b) => byText(texts.get(a) as string, texts.get(b) as string))
  }
  const kept: [string, unknown][] = []
  for (const [key, child] of Object.entries(value)) {
    const at = below(path, key, comparison)
    if (!comparison.ignore.has(at)) {
      kept.push([key, normalised(child, comparison, at, depth + 1)])
    }
  }
  return Object.fromEntries(kept)
}

/** Where two normalised values differ; nothing: they are the same. Of arrays of unlike length, the array itself. */
export function differingPaths(
  left: unknown,
  right: unknown,
  comparison: Comparison,
): ReadonlySet<string> {
  const walk = new DiffWalk(comparison)
  walk.compare({ left, right, path: WHOLE, depth: 0 })
  return walk.found
}

interface Place {
  readonly left: unknown
  readonly right: unknown
  readonly path: string
  readonly depth: number
}

class DiffWalk {
  readonly found = new Set<string>()
  readonly #comparison: Comparison

  constructor(comparison: Comparison) {
    this.#comparison = comparison
  }

  compare({ left, right, path, depth }: Place): void {
    if (this.found.size >= MAX_PATHS) return
    if (!isNode(left) || !isNode(right) || Array.isArray(left) !== Array.isArray(right)) {
      const isSame = this.#comparison.isSame ?? isEqual
      if (!isSame(left, right)) this.found.add(path)
    } else if (depth >= MAX_DEPTH) {
      if (canonicalText(left) !== canonicalText(right)) this.found.add(path)
    } else if (Array.isArray(left)) this.#items(left, right as unknown[], path, depth + 1)
    else this.#properties(left, right, path, depth + 1)
  }

  #items(left: readonly unknown[], right: readonly unknown[], path: string, depth: number): void {
    if (left.length !== right.length) {
      this.found.add(path)
      return
    }
    for (const [index, item] of left.entries()) {
      this.compare({ left: item, right: right[index], path: `${path}/[]`, depth })
    }
  }

  #properties(left: object, right: object, path: string, depth: number): void {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const at = below(path, key, this.#comparison)
      if (Object.hasOwn(left, key) && Object.hasOwn(right, key)) {
        const values = { left: Reflect.get(left, key), right: Reflect.get(right, key) }
        this.compare({ ...values, path: at, depth })
      } else if (this.found.size < MAX_PATHS) this.found.add(at)
    }
  }
}

function below(path: string, key: string, { names }: Comparison): string {
  return `${path}/${names.has(key) ? escapeToken(key) : '*'}`
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The same text for the same value, whatever the order of its keys. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isNode(part) && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => byText(a, b)))
      : part,
  )
}

/** -0 and 0 are one number, whichever of them a guest writes. */
function isEqual(left: unknown, right: unknown): boolean {
  return left === right
}

function byText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}
