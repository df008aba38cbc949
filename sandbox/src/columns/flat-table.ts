/**
 * A table of a flatbuffer, read with every place checked: the bytes may come from anybody, and a length that is none would keep a
 * reader without checks busy until memory is short. (FlatBuffers internals: a table begins with the distance back to its vtable, which
 * holds 16-bit places of the fields; a vector and a string begin with their length.)
 */
export class FlatTable {
  readonly #bytes: Buffer
  readonly #at: number
  readonly #vtable: number
  readonly #vtableBytes: number

  /** @throws RangeError when there is no table. */
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
    this.#vtable = at - bytes.readInt32LE(at)
    this.#vtableBytes = bytes.readUInt16LE(this.#vtable)
  }

  /** The table that a buffer is of. */
  static root(bytes: Buffer): FlatTable {
    return new FlatTable(bytes, bytes.readUInt32LE(0))
  }

  /** @param field its place in the vtable: 4 for the first, 6 for the second. */
  byte(field: number): number {
    const at = this.#place(field)
    return at === 0 ? 0 : this.#bytes.readUInt8(at)
  }

  /** A whole number of 64 bits that a double holds. */
  long(field: number): number {
    const at = this.#place(field)
    return at === 0 ? 0 : longAt(this.#bytes, at)
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field)
    return at === 0 ? undefined : new FlatTable(this.#bytes, this.#follow(at))
  }

  tables(field: number): readonly FlatTable[] {
    const { at, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, index) => {
      return new FlatTable(this.#bytes, this.#follow(at + index * 4))
    })
  }

  /** Pairs of 64-bit numbers: what Arrow's structs are made of. */
  pairs(field: number): readonly (readonly [number, number])[] {
    const { at, length } = this.#vector(field, 16)
    return Array.from({ length }, (_, index) => {
      const pair = at + index * 16
      return [longAt(this.#bytes, pair), longAt(this.#bytes, pair + 8)]
    })
  }

  longs(field: number): readonly number[] {
    const { at, length } = this.#vector(field, 8)
    return Array.from({ length }, (_, index) => longAt(this.#bytes, at + index * 8))
  }

  /** @throws RangeError when the field holds a string that is none. */
  checkString(field: number): void {
    this.#vector(field, 1)
  }

  #vector(field: number, width: number): { readonly at: number; readonly length: number } {
    const place = this.#place(field)
    if (place === 0) return { at: 0, length: 0 }
    const at = this.#follow(place)
    const length = this.#bytes.readUInt32LE(at)
    if (at + 4 + length * width > this.#bytes.length) throw new RangeError('A vector is too long')
    return { at: at + 4, length }
  }

  #follow(at: number): number {
    return at + this.#bytes.readUInt32LE(at)
  }

  #place(field: number): number {
    if (field + 2 > this.#vtableBytes) return 0
    const distance = this.#bytes.readUInt16LE(this.#vtable + field)
    return distance === 0 ? 0 : this.#at + distance
  }
}

function longAt(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigInt64LE(at))
  if (value < 0 || !Number.isSafeInteger(value))
    throw new RangeError('A number has no meaning here')
  return value
}
