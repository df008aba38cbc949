import { markerText, type RedactedType } from './redacted-marker.ts'

/**
 * A marked value is looked for everywhere else in the recording, also inside of texts, when it is written
 * with at least this many characters. Shorter ones ("DE", 7, true) stand in everything and name nobody.
 */
const MIN_TRACED_LENGTH = 4

/**
 * Steps that looking for marked values may take in one recording, about 20 ms. Texts that are left then are
 * redacted whole: a guest that builds an expensive case loses its log, the host loses nothing.
 */
const MAX_STEPS = 400_000

/** A thousand traced texts set one bit in 64: most places still need no second look. */
const HASHES = 65_536

/** Names under which no value is ever kept, whatever the contract says: compared without case, `-` and `_`. */
const secretNames: ReadonlySet<string> = new Set([
  'accesstoken',
  'apikey',
  'authorization',
  'clientsecret',
  'cookie',
  'password',
  'privatekey',
  'proxyauthorization',
  'refreshtoken',
  'setcookie',
  'xapikey',
])

/** Keys and tokens of this host and of npm by their prefix, and what follows the word Bearer or Basic. */
const secretForms =
  /\b(?:dsk|lnk|sba|sbm|npm)_[\w-]{8,}|\bwhsec_[\w+/-]{8,}=*|\b(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi

/** The shortest of these forms. */
const MIN_SECRET_LENGTH = 12

export function plainName(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

/** Whether what stands under this name is never kept. */
export function isSecretName(name: string): boolean {
  return secretNames.has(plainName(name))
}

/** A place that was redacted, while the recording is still being made: no text of a guest can be one. */
export class Redacted {
  readonly type: RedactedType
  readonly number: number

  constructor(type: RedactedType, number: number) {
    this.type = type
    this.number = number
  }
}

interface Traced {
  /** The longest first: where one marked value begins another, no part of it may stay. */
  readonly lengths: number[]
  readonly texts: Map<string, Redacted>
}

/**
 * Takes marked values out of one recording. First every marked place is replaced (`mark`), which also tells
 * what to look for; then everything that is kept goes through `clean`, once.
 */
export class Redactor {
  readonly #numbers = new Map<string, number>()
  /** Traced texts by their first characters; in each, the texts and how long they are. */
  readonly #traced = new Map<string, Traced>()
  /** Which hashes of four characters begin a traced text: most places of a text are passed over by it. */
  #starts: Uint8Array | undefined
  readonly #plainNames = new Map<string, string>()
  readonly #cleanNames = new Map<string, string>()
  #steps = MAX_STEPS
  #count = 0

  /** Takes a value out, with everything below it. */
  mark(value: unknown): Redacted {
    if (value instanceof Redacted) return value
    if (typeof value === 'object' && value !== null) {
      this.#traceParts(value)
      return this.#redacted(typeOf(value), JSON.stringify(value))
    }
    return this.#traceLeaf(value)
  }

  /**
   * Takes out what stands under a secret's name or under one of these, anywhere in the value, which is changed:
   * it may be half a megabyte, and to copy it would cost more than all the rest.
   */
  markNames(value: unknown, names: ReadonlySet<string>): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Redacted) return value
    if (Array.isArray(value)) {
      for (const item of value) this.markNames(item, names)
      return value
    }
    for (const [name, child] of Object.entries(value)) {
      const plain = this.#plainName(name)
      const isMarked = secretNames.has(plain) || names.has(plain)
      if (isMarked) put(value, name, this.mark(child))
      else this.markNames(child, names)
    }
    return value
  }

  /** Takes every trace of what was marked out of a value, which is changed; a marker's text stands there. */
  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.cleanText(value)
    if (value instanceof Redacted) return markerText(value.type, value.number)
    if (typeof value === 'number') return this.#cleanNumber(value)
    if (typeof value !== 'object' || value === null) return value
    for (const [name, child] of Object.entries(value)) {
      const clean = this.clean(child)
      if (clean !== child) put(value, name, clean)
    }
    return Array.isArray(value) ? value : this.#withCleanNames(value)
  }

  /** Names repeat from row to row: each is looked at once. */
  #withCleanNames(value: object): object {
    const names = Object.keys(value)
    if (names.every((name) => this.#cleanName(name) === name)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [this.#cleanName(name), child]),
    )
  }

  #cleanName(name: string): string {
    const known = this.#cleanNames.get(name)
    if (known !== undefined) return known
    const clean = this.cleanText(name)
    this.#cleanNames.set(name, clean)
    return clean
  }

  #plainName(name: string): string {
    const known = this.#plainNames.get(name)
    if (known !== undefined) return known
    const plain = plainName(name)
    this.#plainNames.set(name, plain)
    return plain
  }

  cleanText(text: string): string {
    const starts = this.#starts
    const found = starts === undefined ? text : this.#withoutTraced(text, starts)
    if (found.length < MIN_SECRET_LENGTH) return found
    return found.replace(secretForms, (secret) => this.#marker('secret', secret))
  }

  #cleanNumber(value: number): unknown {
    if (this.#starts === undefined) return value
    const text = String(value)
    const redacted = this.#traced.get(text.slice(0, MIN_TRACED_LENGTH))?.texts.get(text)
    return redacted === undefined ? value : markerText(redacted.type, redacted.number)
  }

  #withoutTraced(text: string, starts: Uint8Array): string {
    let clean = ''
    let from = 0
    for (let at = 0; at + MIN_TRACED_LENGTH <= text.length; at++) {
      if (starts[startHash(text, at)] === 0) continue
      if (this.#steps <= 0) return this.#marker('text', text)
      this.#steps--
      const traced = this.#traced.get(text.slice(at, at + MIN_TRACED_LENGTH))
      const found = traced === undefined ? undefined : this.#longestAt(text, at, traced)
      if (found === undefined) continue
      clean += text.slice(from, at) + markerText(found.redacted.type, found.redacted.number)
      from = at + found.length
      at = from - 1
    }
    return from === 0 ? text : clean + text.slice(from)
  }

  #longestAt(
    text: string,
    at: number,
    { lengths, texts }: Traced,
  ): { readonly redacted: Redacted; readonly length: number } | undefined {
    for (const length of lengths) {
      this.#steps -= 1 + length / 16
      const redacted = texts.get(text.slice(at, at + length))
      if (redacted !== undefined) return { redacted, length }
    }
    return undefined
  }

  #traceParts(value: object): void {
    for (const child of Object.values(value)) {
      if (typeof child === 'object' && child !== null) this.#traceParts(child)
      else this.#traceLeaf(child)
    }
  }

  /** A text or a number is looked for from now on. */
  #traceLeaf(value: unknown): Redacted {
    const text = String(value)
    const redacted = this.#redacted(typeOf(value), text)
    if (typeof value === 'string' || typeof value === 'number') this.#trace(text, redacted)
    return redacted
  }

  #trace(text: string, redacted: Redacted): void {
    if (text.length < MIN_TRACED_LENGTH) return
    this.#starts ??= new Uint8Array(HASHES)
    this.#starts[startHash(text, 0)] = 1
    const start = text.slice(0, MIN_TRACED_LENGTH)
    const traced = this.#traced.get(start) ?? { lengths: [], texts: new Map<string, Redacted>() }
    this.#traced.set(start, traced)
    if (!traced.texts.has(text)) traced.texts.set(text, redacted)
    if (traced.lengths.includes(text.length)) return
    traced.lengths.push(text.length)
    traced.lengths.sort((left, right) => right - left)
  }

  #marker(type: RedactedType, original: string): string {
    const { number } = this.#redacted(type, original)
    return markerText(type, number)
  }

  #redacted(type: RedactedType, original: string): Redacted {
    const key = `${type} ${original}`
    const number = this.#numbers.get(key) ?? ++this.#count
    this.#numbers.set(key, number)
    return new Redacted(type, number)
  }
}

/** Of the four characters from `at` on: multiplied by odd numbers, so that each of their bits counts. */
function startHash(text: string, at: number): number {
  const hash =
    text.charCodeAt(at) * 40_503 +
    text.charCodeAt(at + 1) * 30_011 +
    text.charCodeAt(at + 2) * 10_007 +
    text.charCodeAt(at + 3) * 4099
  return hash % HASHES
}

/** As data, whatever the name: `__proto__` would be assigned elsewhere. */
function put(holder: object, name: string, value: unknown): void {
  if (name !== '__proto__') Reflect.set(holder, name, value)
  else
    Object.defineProperty(holder, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function typeOf(value: unknown): RedactedType {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as RedactedType
}
