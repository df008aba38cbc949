/** Arrow's validity bitmap: bit `row % 8`, lowest first, of byte `row / 8`; 1 where there is a value. */

export function bitmapBytes(rows: number): number {
  return Math.ceil(rows / 8)
}

export function isValid(validity: Uint8Array | undefined, row: number): boolean {
  return validity === undefined || (((validity[row >> 3] as number) >> (row & 7)) & 1) === 1
}

export function allValid(rows: number): Uint8Array {
  return new Uint8Array(bitmapBytes(rows)).fill(0xff)
}

export function markNull(validity: Uint8Array, row: number): void {
  validity[row >> 3] = (validity[row >> 3] as number) & ~(1 << (row & 7))
}

/** Copies the bits of `source` from row 0 on to where `row` stands in `target`. */
export function copyBits(
  target: Uint8Array,
  row: number,
  source: Uint8Array | undefined,
  rows: number,
): void {
  if ((row & 7) === 0 && source !== undefined) {
    // The last byte may hold bits behind the last row; whoever writes there next sets them anew.
    target.set(source.subarray(0, bitmapBytes(rows)), row >> 3)
    return
  }
  for (let n = 0; n < rows; n++) {
    const at = row + n
    const mask = 1 << (at & 7)
    const byte = target[at >> 3] as number
    target[at >> 3] = isValid(source, n) ? byte | mask : byte & ~mask
  }
}

/** The bits from `from` up to `to`, from bit 0 on; a view where `from` begins a byte. */
export function sliceBits(
  validity: Uint8Array | undefined,
  from: number,
  to: number,
): Uint8Array | undefined {
  if (validity === undefined) return undefined
  if ((from & 7) === 0) return validity.subarray(from >> 3, bitmapBytes(to))
  const slice = new Uint8Array(bitmapBytes(to - from))
  for (let row = from; row < to; row++) {
    if (isValid(validity, row)) {
      const at = row - from
      slice[at >> 3] = (slice[at >> 3] as number) | (1 << (at & 7))
    }
  }
  return slice
}
