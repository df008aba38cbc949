import { equalBytes } from '../der/bytes.ts'
import { Fields } from '../der/fields.ts'
import { readOrNothing } from '../der/malformed.ts'
import type { DerNode } from '../der/read-der.ts'
import { oidOf, Tag, textOf } from '../der/values.ts'

interface NamePart {
  readonly oid: string
  /** Undefined: a text of a type that is not read. */
  readonly text?: string
  readonly bytes: Uint8Array
}

/** A distinguished name (RFC 5280 §4.1.2.4). */
export interface Name {
  /** The relative names from the widest to the narrowest, each of one part but rarely. */
  readonly parts: readonly (readonly NamePart[])[]
  readonly bytes: Uint8Array
  /** As people read it, the narrowest first (RFC 4514). */
  readonly text: string
  readonly commonName?: string
  readonly organization?: string
  readonly country?: string
  readonly serialNumber?: string
  readonly email?: string
}

const labels: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

export function nameOf(node: DerNode): Name {
  const parts = new Fields(node).rest().map((set) => new Fields(set, Tag.set).rest().map(namePart))
  const fields = {
    commonName: findText(parts, '2.5.4.3'),
    organization: findText(parts, '2.5.4.10'),
    country: findText(parts, '2.5.4.6'),
    serialNumber: findText(parts, '2.5.4.5'),
    email: findText(parts, '1.2.840.113549.1.9.1'),
  }
  const found = Object.entries(fields).filter(([, text]) => text !== undefined)
  return { parts, bytes: node.bytes, text: textOfName(parts), ...Object.fromEntries(found) }
}

function namePart(node: DerNode): NamePart {
  const fields = new Fields(node)
  const oid = oidOf(fields.take())
  const value = fields.take()
  fields.end()
  const text = readOrNothing(() => textOf(value))
  return text === undefined ? { oid, bytes: value.bytes } : { oid, text, bytes: value.bytes }
}

/** Of several, the narrowest: it is what the holder is called. */
function findText(parts: Name['parts'], oid: string): string | undefined {
  return parts.flat().findLast((part) => part.oid === oid)?.text
}

function textOfName(parts: Name['parts']): string {
  const shown = parts.map((set) =>
    set.map(({ oid, text }) => `${labels[oid] ?? oid}=${escaped(text ?? '?')}`).join('+'),
  )
  return shown.reverse().join(', ')
}

function escaped(text: string): string {
  return text.replaceAll(/[,+"\\<>;=]/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, '?')
}

/**
 * Whether two names are one (RFC 5280 §7.1): texts without regard to case and to the number of blanks, all else
 * by its bytes.
 */
export function isSameName(one: Name, other: Name): boolean {
  if (equalBytes(one.bytes, other.bytes)) return true
  return one.parts.length === other.parts.length && isWithin(one, other)
}

/** Whether `name` begins as `base` does: lies below it in the tree of directory names. */
export function isWithin(name: Name, base: Name): boolean {
  return base.parts.every((set, index) => {
    const own = name.parts[index] ?? []
    return own.length === set.length && set.every((part) => own.some((it) => isSamePart(it, part)))
  })
}

function isSamePart(one: NamePart, other: NamePart): boolean {
  if (one.oid !== other.oid) return false
  if (one.text === undefined || other.text === undefined) return equalBytes(one.bytes, other.bytes)
  return folded(one.text) === folded(other.text)
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
}
