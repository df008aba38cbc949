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
const secretForms = /\b(?:dsk|sba|sbm|npm)_[\w-]{8,}|\b(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi

export function plainName(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
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
  #steps = MAX_STEPS
  #count = 0

  /** Takes a value out, with everything below it. */
  mark(value: unknown): Redacted {
    if (value instanceof Redacted) return value
    this.#traceParts(value)
    return this.#redacted(typeOf(value), JSON.stringify(value) ?? 'null')
  }

  /** Takes out what stands under a secret's name or under one of these, anywhere in the value. */
  markNames(value: unknown, names: ReadonlySet<string>): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Redacted) return value
    if (Array.isArray(value)) return value.map((item) => this.markNames(item, names))
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => {
        const plain = plainName(name)
        const isMarked = secretNames.has(plain) || names.has(plain)
        return [name, isMarked ? this.mark(child) : this.markNames(child, names)]
      }),
    )
  }

  /** A copy without any trace of what was marked; where something was, a marker's text stands. */
  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.cleanText(value)
    if (value instanceof Redacted) return markerText(value.type, value.number)
    if (typeof value === 'number') return this.#cleanNumber(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.clean(item))
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [this.cleanText(name), this.clean(child)]),
    )
  }

  cleanText(text: string): string {
    const found = this.#traced.size === 0 ? text : this.#withoutTraced(text)
    return found.replace(secretForms, (secret) => this.#marker('secret', secret))
  }

  #cleanNumber(value: number): unknown {
    const text = String(value)
    const redacted = this.#traced.get(text.slice(0, MIN_TRACED_LENGTH))?.texts.get(text)
    return redacted === undefined ? value : markerText(redacted.type, redacted.number)
  }

  #withoutTraced(text: string): string {
    let clean = ''
    let from = 0
    this.#steps -= text.length / 16
    for (let at = 0; at + MIN_TRACED_LENGTH <= text.length; at++) {
      const traced = this.#traced.get(text.slice(at, at + MIN_TRACED_LENGTH))
      if (traced === undefined) continue
      if (this.#steps <= 0) return this.#marker('text', text)
      const found = this.#longestAt(text, at, traced)
      if (found === undefined) continue
      clean += text.slice(from, at) + markerText(found.redacted.type, found.redacted.number)
      from = at + found.length
      at = from - 1
    }
    return clean + text.slice(from)
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

  #traceParts(value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) this.#traceParts(child)
    } else if (typeof value === 'string' || typeof value === 'number') {
      this.#trace(String(value), this.#redacted(typeOf(value), JSON.stringify(value)))
    }
  }

  #trace(text: string, redacted: Redacted): void {
    if (text.length < MIN_TRACED_LENGTH) return
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

function typeOf(value: unknown): RedactedType {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as RedactedType
}
