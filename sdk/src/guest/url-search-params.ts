import { Utf8Decoder } from './utf8.ts'

type Pair = [name: string, value: string]
type Init = string | Iterable<Iterable<unknown>> | Readonly<Record<string, unknown>>

/** Parameters of an address: it is told of each change. */
export let attach: (query: string, changed: (query: string) => void) => URLSearchParams
/** The address was changed: its parameters follow. */
export let refill: (parameters: URLSearchParams, query: string) => void

/** https://url.spec.whatwg.org/#interface-urlsearchparams */
export class URLSearchParams {
  #pairs: Pair[] = []
  #changed: ((query: string) => void) | undefined

  constructor(init: Init = '') {
    if (typeof init === 'object' && init !== null) this.#pairs = pairsOf(init)
    else {
      const text = `${init}`
      this.#pairs = parsePairs(text.startsWith('?') ? text.slice(1) : text)
    }
  }

  static {
    attach = (query, changed) => {
      const parameters = new URLSearchParams()
      parameters.#pairs = parsePairs(query)
      parameters.#changed = changed
      return parameters
    }
    refill = (parameters, query) => {
      parameters.#pairs = parsePairs(query)
    }
  }

  get size(): number {
    return this.#pairs.length
  }

  append(name: string, value: string): void {
    this.#pairs.push([usv(name), usv(value)])
    this.#update()
  }

  delete(name: string, value?: string): void {
    const matches = matcher(name, value)
    this.#pairs = this.#pairs.filter((pair) => !matches(pair))
    this.#update()
  }

  get(name: string): string | null {
    return this.#pairs.find(matcher(name, undefined))?.[1] ?? null
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(matcher(name, undefined)).map(([, value]) => value)
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(matcher(name, value))
  }

  set(name: string, value: string): void {
    const matches = matcher(name, undefined)
    const first = this.#pairs.find(matches)
    if (first === undefined) this.#pairs.push([usv(name), usv(value)])
    else {
      first[1] = usv(value)
      this.#pairs = this.#pairs.filter((pair) => pair === first || !matches(pair))
    }
    this.#update()
  }

  /** By UTF-16 units; what has one name keeps its order. */
  sort(): void {
    this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    this.#update()
  }

  forEach(callback: (value: string, name: string, all: URLSearchParams) => void, self?: unknown) {
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  *entries(): IterableIterator<[string, string]> {
    // What a loop adds, it meets.
    for (let index = 0; index < this.#pairs.length; index++) {
      const [name, value] = this.#pairs[index] as Pair
      yield [name, value]
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  }

  get [Symbol.toStringTag](): string {
    return 'URLSearchParams'
  }

  #update(): void {
    this.#changed?.(this.toString())
  }
}

function pairsOf(init: Exclude<Init, string>): Pair[] {
  if (!(Symbol.iterator in init)) {
    return Object.keys(init).map((name) => [usv(name), usv(init[name])])
  }
  const pairs: Pair[] = []
  for (const item of init as Iterable<Iterable<unknown>>) {
    const [name, value, ...more] = item
    const parts = [...item].length
    if (parts !== 2 || more.length > 0) {
      throw new TypeError('Each query pair must be an iterable [name, value] tuple')
    }
    pairs.push([usv(name), usv(value)])
  }
  return pairs
}

function usv(value: unknown): string {
  return `${value as string}`.toWellFormed()
}

function matcher(name: string, value: string | undefined): (pair: Pair) => boolean {
  const wanted = usv(name)
  const only = value === undefined ? undefined : usv(value)
  return ([one, other]) => one === wanted && (only === undefined || other === only)
}

/** https://url.spec.whatwg.org/#concept-urlencoded-parser */
function parsePairs(query: string): Pair[] {
  const pairs: Pair[] = []
  for (const part of query.toWellFormed().split('&')) {
    if (part === '') continue
    const end = part.indexOf('=')
    const name = end < 0 ? part : part.slice(0, end)
    pairs.push([decode(name), end < 0 ? '' : decode(part.slice(end + 1))])
  }
  return pairs
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  // Runs of bytes, each decoded by itself: what stands between them is text already.
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = new Uint8Array(run.length / 3)
    for (let index = 0; index < bytes.length; index++) {
      bytes[index] = Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16)
    }
    return new Utf8Decoder(false).decode(bytes, true)
  })
}

/** https://url.spec.whatwg.org/#concept-urlencoded-serializer, from what encodeURIComponent leaves as it is. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
