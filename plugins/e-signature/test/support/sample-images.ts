import { deflateSync } from 'node:zlib'

/** A red ring and a bar through it, on nothing: a seal, as a PNG of colours with transparency. Each row by another filter. */
export function sealPng(side: number): Uint8Array {
  const row = side * 4
  const pixels = new Uint8Array(row * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [(x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5]
      const far = Math.hypot(dx, dy)
      const isInk = (far < 0.49 && far > 0.44) || (Math.abs(dy) < 0.05 && Math.abs(dx) < 0.3)
      // A wedge at the upper left, so that it is seen when it is turned or mirrored.
      const isWedge = dx < -0.1 && dy < -0.1 && far < 0.4 && dx + dy > -0.4
      if (isInk || isWedge) pixels.set([214, 32, 32, isWedge ? 128 : 255], y * row + 4 * x)
    }
  }
  return png(side, side, 6, 8, pixels, row, 4)
}

/** Of samples that stand there as PNG has them, `row` bytes each. */
export function png(
  width: number,
  height: number,
  colour: number,
  depth: number,
  pixels: Uint8Array,
  row: number,
  step: number,
  more: readonly (readonly [string, Uint8Array])[] = [],
): Uint8Array {
  const filtered = Buffer.alloc((row + 1) * height)
  for (let y = 0; y < height; y++) {
    const filter = y % 5
    filtered[y * (row + 1)] = filter
    for (let x = 0; x < row; x++) {
      const at = (ax: number, ay: number) =>
        ax < 0 || ay < 0 ? 0 : (pixels[ay * row + ax] as number)
      const [left, up, corner] = [at(x - step, y), at(x, y - 1), at(x - step, y - 1)]
      const guess = left + up - corner
      const [a, b, c] = [left, up, corner].map((each) => Math.abs(guess - each)) as [
        number,
        number,
        number,
      ]
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner
      const predicted = [0, left, up, (left + up) >> 1, paeth][filter] as number
      filtered[y * (row + 1) + 1 + x] = (pixels[y * row + x] as number) - predicted
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([depth, colour], 8)
  const chunks = [
    ['IHDR', head] as const,
    ...more,
    ['IDAT', deflateSync(filtered)] as const,
    ['IEND', Buffer.alloc(0)] as const,
  ]
  const parts = chunks.flatMap(([tag, body]) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return [length, Buffer.from(tag), body, Buffer.alloc(4)]
  })
  return new Uint8Array(
    Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...parts]),
  )
}
