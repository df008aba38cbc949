import { ReadingFault } from './reading-fault.ts'

/**
 * RFC 1950 and 1951. A library's would do, but for what a check of foreign files needs: it stops at a count of bytes, and gives what
 * stands before a broken end, as writers of PDF leave checksums out.
 */
export function inflate(bytes: Uint8Array, most: number): Uint8Array {
  const source: Source = { bytes, at: hasHeader(bytes) ? 2 : 0, bits: 0, count: 0 }
  const out = new Output(most)
  for (let last = false; !last; ) {
    last = take(source, 1) === 1
    const type = take(source, 2)
    if (type === 0) stored(source, out)
    else if (type === 1) compressed(source, out, fixedLengths, fixedDistances)
    else if (type === 2) compressed(source, out, ...ownTrees(source))
    else throw brokenData()
  }
  return out.taken()
}

interface Source {
  readonly bytes: Uint8Array
  at: number
  bits: number
  count: number
}

class Output {
  size = 0
  private bytes = new Uint8Array(4096)
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  push(byte: number): void {
    if (this.size === this.bytes.length) this.grow()
    this.bytes[this.size++] = byte
  }

  repeat(distance: number, length: number): void {
    if (distance > this.size) throw brokenData()
    for (let i = 0; i < length; i++) this.push(this.bytes[this.size - distance] as number)
  }

  taken(): Uint8Array {
    return this.bytes.subarray(0, this.size)
  }

  private grow(): void {
    if (this.size >= this.most) throw new ReadingFault('PDF_TOO_LARGE', 'A stream grows too large.')
    const grown = new Uint8Array(Math.min(this.size * 2, this.most))
    grown.set(this.bytes)
    this.bytes = grown
  }
}

function hasHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && first >> 4 <= 7 && ((first << 8) | second) % 31 === 0
}

function take(source: Source, wanted: number): number {
  while (source.count < wanted) {
    const byte = source.bytes[source.at++]
    if (byte === undefined) throw brokenData()
    source.bits |= byte << source.count
    source.count += 8
  }
  const value = source.bits & ((1 << wanted) - 1)
  source.bits >>>= wanted
  source.count -= wanted
  return value
}

function stored(source: Source, out: Output): void {
  source.bits = 0
  source.count = 0
  const { bytes } = source
  const length = (bytes[source.at] ?? 0) | ((bytes[source.at + 1] ?? 0) << 8)
  const check = (bytes[source.at + 2] ?? 0) | ((bytes[source.at + 3] ?? 0) << 8)
  source.at += 4
  if ((length ^ check) !== 0xffff || source.at + length > bytes.length) throw brokenData()
  for (let i = 0; i < length; i++) out.push(bytes[source.at++] as number)
}

/** How many codes there are of each length, and the symbols in the order of their codes (canonical Huffman code). */
interface Tree {
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

function treeOf(lengths: readonly number[]): Tree {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length] = (counts[length] as number) + 1
  counts[0] = 0
  const offsets = new Uint16Array(17)
  for (let i = 1; i < 16; i++) offsets[i + 1] = (offsets[i] as number) + (counts[i] as number)
  const symbols = new Uint16Array(lengths.length)
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue
    symbols[offsets[length] as number] = symbol
    offsets[length] = (offsets[length] as number) + 1
  }
  return { counts, symbols }
}

function symbolOf(source: Source, tree: Tree): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length < 16; length++) {
    code |= take(source, 1)
    const count = tree.counts[length] as number
    if (code - first < count) return tree.symbols[index + code - first] as number
    index += count
    first = (first + count) << 1
    code <<= 1
  }
  throw brokenData()
}

/** RFC 1951, 3.2.5. */
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]
const lengthBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
]
const fixedLengths = treeOf(
  Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
)
const fixedDistances = treeOf(Array.from({ length: 30 }, () => 5))

function compressed(source: Source, out: Output, lengths: Tree, distances: Tree): void {
  for (;;) {
    const symbol = symbolOf(source, lengths)
    if (symbol === 256) return
    if (symbol < 256) {
      out.push(symbol)
      continue
    }
    const base = lengthBases[symbol - 257]
    if (base === undefined) throw brokenData()
    const length = base + take(source, lengthBits[symbol - 257] as number)
    const code = symbolOf(source, distances)
    const from = distanceBases[code]
    if (from === undefined) throw brokenData()
    out.repeat(from + take(source, code < 2 ? 0 : (code >> 1) - 1), length)
  }
}

/** RFC 1951, 3.2.7: the order in which the lengths of the code of lengths come. */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

function ownTrees(source: Source): [Tree, Tree] {
  const literals = take(source, 5) + 257
  const distances = take(source, 5) + 1
  const given = take(source, 4) + 4
  const short = Array.from({ length: 19 }, () => 0)
  for (const place of order.slice(0, given)) short[place] = take(source, 3)
  const code = treeOf(short)
  const lengths: number[] = []
  while (lengths.length < literals + distances) {
    const symbol = symbolOf(source, code)
    if (symbol < 16) lengths.push(symbol)
    else repeatLength(source, symbol, lengths)
  }
  if (lengths.length > literals + distances) throw brokenData()
  return [treeOf(lengths.slice(0, literals)), treeOf(lengths.slice(literals))]
}

function repeatLength(source: Source, symbol: number, lengths: number[]): void {
  const last = lengths.at(-1)
  if (symbol === 16 && last === undefined) throw brokenData()
  const value = symbol === 16 ? (last as number) : 0
  const times =
    symbol === 16 ? take(source, 2) + 3 : symbol === 17 ? take(source, 3) + 3 : take(source, 7) + 11
  for (let i = 0; i < times; i++) lengths.push(value)
}

function brokenData(): ReadingFault {
  return new ReadingFault('PDF_STREAM_BROKEN', 'A compressed stream is broken.')
}
