type Pair = readonly [name: string, value: string]
export type HeadersInit = Headers | Iterable<Iterable<string>> | Readonly<Record<string, string>>

/** https://fetch.spec.whatwg.org/#headers-class. What may be sent is decided by the host. */
export class Headers {
  /** Under the lower-case name, in the order they came. */
  #pairs: Pair[] = []

  /** @throws TypeError for a name or a value that HTTP does not allow. */
  constructor(init?: HeadersInit) {
    if (init === undefined || init === null) return
    if (typeof init !== 'object') throw new TypeError('Headers are made of an object or of pairs')
    if (!(Symbol.iterator in init)) {
      for (const name of Object.keys(init)) this.append(name, init[name] as string)
      return
    }
    for (const pair of init as Iterable<Iterable<string>>) {
      const [name, value, ...more] = pair
      if (name === undefined || value === undefined || more.length > 0) {
        throw new TypeError('Each header pair must be a name and a value')
      }
      this.append(name, value)
    }
  }

  append(name: string, value: string): void {
    this.#pairs.push([checkedName(name), checkedValue(value)])
  }

  delete(name: string): void {
    const wanted = checkedName(name)
    this.#pairs = this.#pairs.filter(([one]) => one !== wanted)
  }

  get(name: string): string | null {
    const wanted = checkedName(name)
    const values = this.#pairs.filter(([one]) => one === wanted).map(([, value]) => value)
    return values.length === 0 ? null : values.join(', ')
  }

  getSetCookie(): string[] {
    return this.#pairs.filter(([one]) => one === 'set-cookie').map(([, value]) => value)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  set(name: string, value: string): void {
    const given = checkedValue(value)
    const wanted = checkedName(name)
    const at = this.#pairs.findIndex(([one]) => one === wanted)
    const rest = this.#pairs.filter(([one]) => one !== wanted)
    rest.splice(at < 0 ? rest.length : at, 0, [wanted, given])
    this.#pairs = rest
  }

  forEach(callback: (value: string, name: string, all: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  /** By name, values of one name joined, cookies each for itself. */
  *entries(): IterableIterator<[string, string]> {
    const names = [...new Set(this.#pairs.map(([name]) => name))].sort()
    for (const name of names) {
      const values = name === 'set-cookie' ? this.getSetCookie() : [this.get(name) as string]
      for (const value of values) yield [name, value]
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

  get [Symbol.toStringTag](): string {
    return 'Headers'
  }
}

function checkedName(name: unknown): string {
  const text = `${name}`
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) return text.toLowerCase()
  throw new TypeError(`"${text}" is not a name of a header`)
}

function checkedValue(value: unknown): string {
  const text = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  if (/^[^\0\n\r\u0100-\uffff]*$/.test(text)) return text
  throw new TypeError('A value of a header has neither line breaks nor characters beyond U+00FF')
}
