/**
 * DER (X.690) read strictly: what has two encodings can mean two things to two readers, and only one of them
 * would have been looked at before it was signed.
 */

export interface DerNode {
  readonly tag: number
  /** Tag, length and content. */
  readonly bytes: Buffer
  readonly content: Buffer
  /** Of a constructed value; none otherwise. */
  readonly children: readonly DerNode[]
}

/** Why bytes are no DER. */
export class DerFault extends Error {
  override readonly name = 'DerFault'
}

const MAX_DEPTH = 24
const CONSTRUCTED = 0x20
const SEQUENCE = 0x30
const SET = 0x31

/** @throws DerFault where the bytes are not exactly one value in its only encoding */
export function readDer(bytes: Buffer): DerNode {
  const node = readOne(bytes, 0)
  if (node.bytes.length !== bytes.length) throw new DerFault('bytes follow the value')
  return node
}

function readOne(bytes: Buffer, depth: number): DerNode {
  if (depth > MAX_DEPTH) throw new DerFault('it is nested too deep')
  const tag = byteAt(bytes, 0)
  if ((tag & 0x1f) === 0x1f) throw new DerFault('a tag is beyond 30')
  const { length, headLength } = readLength(bytes)
  const end = headLength + length
  if (end > bytes.length) throw new DerFault('a length is beyond the end')
  const content = bytes.subarray(headLength, end)
  const isConstructed = (tag & CONSTRUCTED) !== 0
  const children = isConstructed ? readAll(content, depth + 1) : []
  if (tag < 0x40) checkUniversal(tag, content, children)
  return { tag, bytes: bytes.subarray(0, end), content, children }
}

function readAll(content: Buffer, depth: number): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < content.length; ) {
    const node = readOne(content.subarray(at), depth)
    nodes.push(node)
    at += node.bytes.length
  }
  return nodes
}

function readLength(bytes: Buffer): { length: number; headLength: number } {
  const first = byteAt(bytes, 1)
  if (first < 0x80) return { length: first, headLength: 2 }
  const count = first & 0x7f
  if (count === 0) throw new DerFault('a length is indefinite')
  if (count > 4) throw new DerFault('a length is beyond the end')
  let length = 0
  for (let index = 0; index < count; index++) length = length * 256 + byteAt(bytes, 2 + index)
  const isShortest = length >= 0x80 && byteAt(bytes, 2) !== 0
  if (!isShortest) throw new DerFault('a length is longer than it must be')
  return { length, headLength: 2 + count }
}

function byteAt(bytes: Buffer, index: number): number {
  const byte = bytes[index]
  if (byte === undefined) throw new DerFault('it ends in the middle of a value')
  return byte
}

/** What DER says of a universal type, by its tag number. */
const contentRules: Readonly<Record<number, (content: Buffer) => boolean>> = {
  1: (content) => content.length === 1 && (content[0] === 0 || content[0] === 0xff),
  2: isShortestInteger,
  3: isBitString,
  5: (content) => content.length === 0,
  6: isObjectIdentifier,
  10: isShortestInteger,
  23: (content) => /^\d{12}Z$/.test(content.toString('latin1')),
  24: (content) => /^\d{14}(\.\d*[1-9])?Z$/.test(content.toString('latin1')),
}

function checkUniversal(tag: number, content: Buffer, children: readonly DerNode[]): void {
  const number = tag & 0x1f
  if (tag === SET) {
    if (!isSorted(children)) throw new DerFault('a SET is not sorted')
  } else if (tag !== SEQUENCE) {
    if ((tag & CONSTRUCTED) !== 0) throw new DerFault('a simple value is put together of pieces')
    if (number === 16 || number === 17) throw new DerFault('a SEQUENCE or SET has no parts')
    if (contentRules[number]?.(content) === false) {
      throw new DerFault(`a value of type ${number} is not in its only encoding`)
    }
  }
}

/** X.690 §11.6: ascending by their encodings. None of two values is the beginning of the other. */
function isSorted(children: readonly DerNode[]): boolean {
  return children.every((child, index) => {
    const before = children[index - 1]
    return before === undefined || Buffer.compare(before.bytes, child.bytes) <= 0
  })
}

function isShortestInteger(content: Buffer): boolean {
  const [first, second] = content
  if (first === undefined) return false
  if (second === undefined) return true
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
}

function isBitString(content: Buffer): boolean {
  const unused = content[0]
  if (unused === undefined || unused > 7) return false
  if (content.length === 1) return unused === 0
  return ((content.at(-1) ?? 0) & ((1 << unused) - 1)) === 0
}

/** Each arc in base 128, none with leading zeros, the last one ended. */
function isObjectIdentifier(content: Buffer): boolean {
  if (content.length === 0 || ((content.at(-1) ?? 0x80) & 0x80) !== 0) return false
  return content.every((byte, index) => {
    const beginsArc = index === 0 || ((content[index - 1] ?? 0) & 0x80) === 0
    return !(beginsArc && byte === 0x80)
  })
}
