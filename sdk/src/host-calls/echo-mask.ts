import { basicToken, type PlacedSecret } from './placeholders.ts'

/** Shorter parts of base64 stand in other data by chance. */
const MIN_PART = 6

interface Traced {
  readonly bytes: Buffer
  readonly shown: Buffer
}

/**
 * Takes secrets out of an answer: a server may show what it was sent. Looked for is the value as it is, in the
 * escapes of URLs, JSON and HTML, and in base64, also within a longer text in base64. What a server does to it
 * beyond that (hexadecimal, UTF-16, encryption, a part of it) is not found.
 */
export class EchoMask {
  readonly #traced: readonly Traced[]

  constructor(placed: readonly PlacedSecret[], values: ReadonlyMap<string, string>) {
    const forms = new Map<string, string>()
    for (const { name, user } of placed) {
      const value = values.get(name) ?? ''
      for (const form of formsOf(value)) forms.set(form, name)
      if (user !== undefined) forms.set(basicToken(user, value), name)
    }
    forms.delete('')
    this.#traced = [...forms]
      // The longest first: where one form holds another, no part of it may stay.
      .sort(([one], [other]) => other.length - one.length)
      .map(([form, name]) => ({
        bytes: Buffer.from(form, 'latin1'),
        shown: Buffer.from(`{{secret:${name}}}`),
      }))
  }

  /** @returns the same buffer where nothing was found */
  bytes(bytes: Buffer): Buffer {
    return this.#traced.reduce(replaced, bytes)
  }

  /** Of characters up to U+00FF, as headers and addresses are. */
  text(text: string): string {
    if (this.#traced.length === 0) return text
    return this.bytes(Buffer.from(text, 'latin1')).toString('latin1')
  }

  isIn(text: string): boolean {
    const bytes = Buffer.from(text, 'latin1')
    return this.bytes(bytes) !== bytes
  }
}

function formsOf(value: string): readonly string[] {
  const uri = encodeURIComponent(value)
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const html = value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const named = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  const escapes = [value, uri, lowerEscapes(uri), form, lowerEscapes(form), html, named]
  const json = JSON.stringify(value).slice(1, -1)
  return [...escapes, json, json.replaceAll('/', '\\/'), ...base64Forms(value)]
}

function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (found) => found.toLowerCase())
}

/** What of base64 is the value's alone, wherever in a longer text it begins: at the first, second or third byte. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.from(' '.repeat(before) + value).toString('base64')
    const padding = text.length - text.replace(/=+$/, '').length
    // The last character before a padding, and the first ones after what is not ours, hold bits of both.
    const end = text.length - padding - (padding > 0 ? 1 : 0)
    const part = text.slice([0, 2, 3][before], end)
    if (part.length < MIN_PART) return []
    return [part, part.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function replaced(bytes: Buffer, { bytes: form, shown }: Traced): Buffer {
  let at = bytes.indexOf(form)
  if (at < 0) return bytes
  const parts: Buffer[] = []
  let from = 0
  for (; at >= 0; at = bytes.indexOf(form, from)) {
    parts.push(bytes.subarray(from, at), shown)
    from = at + form.length
  }
  return Buffer.concat([...parts, bytes.subarray(from)])
}
