import { randomBytes } from 'node:crypto'

/** A text that is nowhere else: where it is found, what it was planted in has leaked. */
export function makeCanary(label: string): string {
  return `${label}_${randomBytes(9).toString('hex')}`
}

/** A secret that runs into every encoding: what is found plain only proves little of the others. */
export function makeOddCanary(label: string): string {
  return `${label}+/"<${randomBytes(9).toString('hex')}`
}

const known = new Map<string | Buffer, ReadonlyMap<string, Buffer>>()

/** A canary as it may lie somewhere, by the name of its form; forms that are equal stand once. */
export function formsOf(canary: string | Buffer): ReadonlyMap<string, Buffer> {
  const forms = known.get(canary) ?? makeForms(canary)
  known.set(canary, forms)
  return forms
}

function makeForms(canary: string | Buffer): ReadonlyMap<string, Buffer> {
  const plain = Buffer.from(canary as string)
  const forms: readonly (readonly [string, Buffer])[] = [
    ['plain', plain],
    ['hex', Buffer.from(plain.toString('hex'))],
    ['HEX', Buffer.from(plain.toString('hex').toUpperCase())],
    ...(typeof canary === 'string' ? textForms(canary) : []),
    ...[0, 1, 2].flatMap((offset) => base64Forms(plain, offset)),
  ]
  const seen = new Map<string, Buffer>()
  for (const [name, bytes] of forms) {
    if (![...seen.values()].some((other) => other.equals(bytes))) seen.set(name, bytes)
  }
  return seen
}

function textForms(canary: string): readonly (readonly [string, Buffer])[] {
  const json = JSON.stringify(canary).slice(1, -1)
  return [
    ['url', Buffer.from(encodeURIComponent(canary))],
    ['json', Buffer.from(json)],
    ['json/2', Buffer.from(JSON.stringify(json).slice(1, -1))],
    ['html', Buffer.from(canary.replaceAll('"', '&quot;').replaceAll('<', '&lt;'))],
    ['utf16le', Buffer.from(canary, 'utf16le')],
  ]
}

/** Names of the forms in which a place holds a canary. */
export function formsIn(place: Buffer, canary: string | Buffer): readonly string[] {
  return [...formsOf(canary)].filter(([, bytes]) => place.includes(bytes)).map(([name]) => name)
}

/** Base64 of a text that begins at this byte of three: only what all texts around it leave the same. */
function base64Forms(plain: Buffer, offset: number): readonly (readonly [string, Buffer])[] {
  const padded = Buffer.concat([Buffer.alloc(offset), plain])
  const from = Math.ceil((offset * 8) / 6)
  const to = Math.floor((padded.length * 8) / 6)
  const text = padded.toString('base64').slice(from, to)
  const urlText = text.replaceAll('+', '-').replaceAll('/', '_')
  return [
    [`base64/${offset}`, Buffer.from(text)],
    [`base64url/${offset}`, Buffer.from(urlText)],
  ]
}
