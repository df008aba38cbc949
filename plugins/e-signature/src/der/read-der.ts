import { compareBytes, joinBytes } from './bytes.ts'
import { Malformed } from './malformed.ts'

/**
 * DER (X.690), read strictly: what has two encodings can mean two things to two readers. Signatures in files of others
 * are met in BER, too: `readBer` reads those and says where they left DER.
 */

/** One value: tag, length and content. */
export class DerNode {
  /** The identifier octet: class, whether constructed, and number. */
  readonly tag: number
  /** Of a constructed value; none otherwise. */
  readonly children: readonly DerNode[]
  readonly #source: Uint8Array
  readonly #start: number
  readonly #contentStart: number
  readonly #contentEnd: number
  readonly #end: number

  constructor(source: Uint8Array, tag: number, span: Span, children: readonly DerNode[]) {
    this.tag = tag
    this.children = children
    this.#source = source
    this.#start = span.start
    this.#contentStart = span.contentStart
    this.#contentEnd = span.contentEnd
    this.#end = span.end
  }

  /** As it stands in the source. */
  get bytes(): Uint8Array {
    return this.#source.subarray(this.#start, this.#end)
  }

  get content(): Uint8Array {
    return this.#source.subarray(this.#contentStart, this.#contentEnd)
  }

  get length(): number {
    return this.#end - this.#start
  }
}

interface Span {
  readonly start: number
  readonly contentStart: number
  readonly contentEnd: number
  readonly end: number
}

/** Where bytes are BER, but not DER. */
export type Deviation =
  | 'indefinite-length'
  | 'long-length'
  | 'constructed-string'
  | 'unsorted-set'
  | 'loose-value'

export interface BerValue {
  readonly node: DerNode
  readonly deviations: readonly Deviation[]
  /** Of the bytes given; others may follow. */
  readonly length: number
}

export interface ReadLimits {
  /** The most bytes that are looked at at all. */
  readonly maxBytes?: number
  /** The most values, nested ones counted: what bounds the memory that a reader takes. */
  readonly maxValues?: number
}

/** Certificates and signatures are nested some 12 deep. */
const MAX_DEPTH = 32
/** A signature with revocation lists of a large authority; files bring them. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_VALUES = 500_000

const CONSTRUCTED = 0x20

interface Reading {
  readonly source: Uint8Array
  readonly maxValues: number
  /** Undefined: strictly DER. */
  readonly deviations: Set<Deviation> | undefined
  values: number
}

/** @throws Malformed where the bytes are not exactly one value in its only encoding */
export function readDer(bytes: Uint8Array, limits: ReadLimits = {}): DerNode {
  const node = readOne(begin(bytes, limits, undefined), 0, bytes.length, 0)
  if (node.length !== bytes.length) throw new Malformed('DER_MALFORMED', 'bytes follow the value')
  return node
}

/** The value at the beginning of the bytes. @throws Malformed where it cannot be read as BER either */
export function readBer(bytes: Uint8Array, limits: ReadLimits = {}): BerValue {
  const deviations = new Set<Deviation>()
  const node = readOne(begin(bytes, limits, deviations), 0, bytes.length, 0)
  return { node, deviations: [...deviations], length: node.length }
}

function begin(
  source: Uint8Array,
  { maxBytes = MAX_BYTES, maxValues = MAX_VALUES }: ReadLimits,
  deviations: Set<Deviation> | undefined,
): Reading {
  if (source.length > maxBytes) {
    throw new Malformed('DER_TOO_LARGE', `${source.length} bytes are more than ${maxBytes}`)
  }
  return { source, maxValues, deviations, values: 0 }
}

function readOne(reading: Reading, start: number, limit: number, depth: number): DerNode {
  if (depth > MAX_DEPTH) throw new Malformed('DER_TOO_DEEP', 'it is nested too deep')
  if (++reading.values > reading.maxValues) {
    throw new Malformed('DER_TOO_LARGE', `it has more than ${reading.maxValues} values`)
  }
  const tag = byteAt(reading, start, limit)
  if ((tag & 0x1f) === 0x1f) throw malformed('a tag is beyond 30')
  if (tag === 0) throw malformed('an end stands where a value should')
  const isConstructed = (tag & CONSTRUCTED) !== 0
  const head = readLength(reading, start + 1, limit)
  if (head.length === undefined) {
    if (!isConstructed) throw malformed('a simple value has no length')
    return readIndefinite(reading, tag, { start, contentStart: head.end }, limit, depth)
  }
  const end = head.end + head.length
  if (end > limit) throw malformed('a length is beyond the end')
  const children = isConstructed ? readAll(reading, head.end, end, depth + 1) : []
  const span = { start, contentStart: head.end, contentEnd: end, end }
  const node = new DerNode(reading.source, tag, span, children)
  checkUniversal(reading, node)
  return node
}

function readAll(reading: Reading, start: number, end: number, depth: number): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = start; at < end; ) {
    const node = readOne(reading, at, end, depth)
    nodes.push(node)
    at += node.length
  }
  return nodes
}

/** Values until two zeros (X.690 §8.1.5). */
function readIndefinite(
  reading: Reading,
  tag: number,
  { start, contentStart }: { readonly start: number; readonly contentStart: number },
  limit: number,
  depth: number,
): DerNode {
  deviate(reading, 'indefinite-length', 'a length is indefinite')
  const children: DerNode[] = []
  let at = contentStart
  while (byteAt(reading, at, limit) !== 0) {
    const child = readOne(reading, at, limit, depth + 1)
    children.push(child)
    at += child.length
  }
  if (byteAt(reading, at + 1, limit) !== 0) throw malformed('an end is not two zeros')
  const span = { start, contentStart, contentEnd: at, end: at + 2 }
  const node = new DerNode(reading.source, tag, span, children)
  checkUniversal(reading, node)
  return node
}

function readLength(reading: Reading, at: number, limit: number): { length?: number; end: number } {
  const first = byteAt(reading, at, limit)
  if (first < 0x80) return { length: first, end: at + 1 }
  const count = first & 0x7f
  if (count === 0) return { end: at + 1 }
  if (count > 4) throw malformed('a length is beyond the end')
  let length = 0
  for (let index = 1; index <= count; index++) {
    length = length * 256 + byteAt(reading, at + index, limit)
  }
  const isShortest = length >= 0x80 && byteAt(reading, at + 1, limit) !== 0
  if (!isShortest) deviate(reading, 'long-length', 'a length is longer than it must be')
  return { length, end: at + 1 + count }
}

function byteAt({ source }: Reading, at: number, limit: number): number {
  const byte = at < limit ? source[at] : undefined
  if (byte === undefined) throw malformed('it ends in the middle of a value')
  return byte
}

/** What DER says of a simple universal type, by its tag. */
const contentRules: Readonly<Record<number, (content: Uint8Array) => boolean>> = {
  1: (content) => content.length === 1 && (content[0] === 0 || content[0] === 0xff),
  2: isShortestInteger,
  3: isBitString,
  5: (content) => content.length === 0,
  6: isObjectIdentifier,
  10: isShortestInteger,
}

/** OCTET STRING, BIT STRING and the texts, of which BER allows pieces. */
const STRINGS: readonly number[] = [3, 4, 12, 19, 20, 22, 26, 28, 30]

function checkUniversal(reading: Reading, node: DerNode): void {
  if (node.tag >= 0x40) return
  const number = node.tag & 0x1f
  const isList = number === 16 || number === 17
  if ((node.tag & CONSTRUCTED) === 0) {
    if (isList) throw malformed('a SEQUENCE or SET has no parts')
    if (contentRules[number]?.(node.content) === false) {
      deviate(reading, 'loose-value', `a value of type ${number} is not in its only encoding`)
    }
  } else if (number === 17) {
    if (!isSorted(node.children)) deviate(reading, 'unsorted-set', 'a SET is not sorted')
  } else if (!isList) {
    if (!STRINGS.includes(number) || node.children.some(({ tag }) => (tag & 0x1f) !== number)) {
      throw malformed('a simple value is put together of pieces')
    }
    deviate(reading, 'constructed-string', 'a simple value is put together of pieces')
  }
}

function isSorted(children: readonly DerNode[]): boolean {
  return children.every((child, index) => {
    const before = children[index - 1]
    return before === undefined || compareBytes(before.bytes, child.bytes) <= 0
  })
}

function isShortestInteger(content: Uint8Array): boolean {
  const [first, second] = content
  if (first === undefined) return false
  if (second === undefined) return true
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
}

function isBitString(content: Uint8Array): boolean {
  const unused = content[0]
  if (unused === undefined || unused > 7) return false
  if (content.length === 1) return unused === 0
  return ((content.at(-1) ?? 0) & ((1 << unused) - 1)) === 0
}

/** Each arc in base 128, none with leading zeros, the last one ended. */
function isObjectIdentifier(content: Uint8Array): boolean {
  if (content.length === 0 || ((content.at(-1) ?? 0x80) & 0x80) !== 0) return false
  return content.every((byte, index) => {
    const beginsArc = index === 0 || ((content[index - 1] ?? 0) & 0x80) === 0
    return !(beginsArc && byte === 0x80)
  })
}

function deviate({ deviations }: Reading, deviation: Deviation, message: string): void {
  if (deviations === undefined) throw malformed(message)
  deviations.add(deviation)
}

function malformed(message: string): Malformed {
  return new Malformed('DER_MALFORMED', message)
}

/** The octets of an OCTET STRING, of its pieces where BER cut it. */
export function octetsOf(node: DerNode): Uint8Array {
  const isWhole = (node.tag & CONSTRUCTED) === 0
  return isWhole ? node.content : joinBytes(node.children.map(octetsOf))
}
