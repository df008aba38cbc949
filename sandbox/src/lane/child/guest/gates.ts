import type { Primordials } from './primordials.ts'

/**
 * How much a built-in that no time limit can interrupt may be given in one go. Measured on V8 13.6: 20 to 80 ns
 * for a place of a sparse array, 200 ns for one that is joined, 2 µs for one that is sorted as text; so each is
 * done before the lane it holds up is killed.
 */
export const sizeLimits = {
  /** Elements of an array that is filled, searched or turned round. The heap seldom has room for as many. */
  elements: 4_194_304,
  joined: 1_048_576,
  /** Without a function that compares. */
  sortedAsText: 131_072,
  sortedNumbers: 2_097_152,
  /** Characters of a JSON text: the longest payload there is. */
  json: 8_388_608,
  normalized: 4_194_304,
  /** `lastIndexOf` of a text: places to try, times characters to compare. */
  searched: 268_435_456,
} as const

/**
 * Refuses what is beyond. Only what plugins call seldom, or what costs no more with a check before it:
 * methods with callbacks, `slice`, `splice`, searching a text forwards and the operators of BigInt stay as they
 * are, and an endless one ends by the kill of its lane.
 */
export function gateBuiltins(p: Primordials): void {
  gateArrays(p)
  gateTypedArrays(p)
  gateText(p)
}

export function gateArrays(p: Primordials): void {
  const { fill, indexOf, lastIndexOf, join, reverse, sort, toReversed, toSorted } = Array.prototype
  const { elements, joined, sortedAsText } = sizeLimits
  replaceBuiltins(p, Array.prototype, {
    fill(this: unknown[], ...parts: unknown[]) {
      checkSize(p, this.length, elements, 'fill')
      return p.apply(fill, this, parts)
    },
    indexOf(this: unknown[], ...parts: unknown[]) {
      checkSize(p, this.length, elements, 'indexOf')
      return p.apply(indexOf, this, parts)
    },
    lastIndexOf(this: unknown[], ...parts: unknown[]) {
      checkSize(p, this.length, elements, 'lastIndexOf')
      return p.apply(lastIndexOf, this, parts)
    },
    join(this: unknown[], separator: unknown) {
      checkSize(p, this.length, joined, 'join')
      return p.apply(join, this, [separator])
    },
    reverse(this: unknown[]) {
      checkSize(p, this.length, elements, 'reverse')
      return p.apply(reverse, this, [])
    },
    sort(this: unknown[], compare: unknown) {
      checkSize(p, this.length, compare === undefined ? sortedAsText : elements, 'sort')
      return p.apply(sort, this, [compare])
    },
    toReversed(this: unknown[]) {
      checkSize(p, this.length, elements, 'toReversed')
      return p.apply(toReversed, this, [])
    },
    toSorted(this: unknown[], compare: unknown) {
      checkSize(p, this.length, compare === undefined ? sortedAsText : elements, 'toSorted')
      return p.apply(toSorted, this, [compare])
    },
  })
}

export function gateTypedArrays(p: Primordials): void {
  const typed = p.getPrototypeOf(Uint8Array.prototype) as Uint8Array
  const { join, sort, toSorted } = typed
  replaceBuiltins(p, typed, {
    join(this: Uint8Array, separator: unknown) {
      checkSize(p, this.length, sizeLimits.joined, 'join')
      return p.apply(join, this, [separator])
    },
    sort(this: Uint8Array, compare: unknown) {
      checkSize(p, this.length, sizeLimits.sortedNumbers, 'sort')
      return p.apply(sort, this, [compare])
    },
    toSorted(this: Uint8Array, compare: unknown) {
      checkSize(p, this.length, sizeLimits.sortedNumbers, 'toSorted')
      return p.apply(toSorted, this, [compare])
    },
  })
}

export function gateText(p: Primordials): void {
  const { lastIndexOf, normalize } = String.prototype
  replaceBuiltins(p, String.prototype, {
    lastIndexOf(this: string, ...parts: unknown[]) {
      const what = parts[0]
      const places = typeof what === 'string' ? this.length * what.length : 0
      checkSize(p, places, sizeLimits.searched, 'lastIndexOf')
      return p.apply(lastIndexOf, this, parts)
    },
    normalize(this: string, ...parts: unknown[]) {
      checkSize(p, this.length, sizeLimits.normalized, 'normalize')
      return p.apply(normalize, this, parts)
    },
  })
  const { parse } = p
  replaceBuiltins(p, JSON, {
    parse(text: unknown, reviver: unknown) {
      if (typeof text === 'string') checkSize(p, text.length, sizeLimits.json, 'JSON.parse')
      return p.apply(parse as () => unknown, JSON, [text, reviver])
    },
  })
}

export function checkSize(p: Primordials, reached: number, limit: number, name: string): void {
  if (reached > limit) {
    throw new p.RangeError(`${name} of ${reached} in one go; the limit in a plugin is ${limit}`)
  }
}

/** The new ones say they have as many parameters as the old. */
export function replaceBuiltins(p: Primordials, owner: object, gates: object): void {
  const names = p.ownKeys(gates)
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as PropertyKey as keyof typeof owner
    const gated: () => void = gates[name]
    const { length }: () => void = owner[name]
    p.define(gated, 'length', length, false)
    p.define(owner, name, gated, false)
  }
}
