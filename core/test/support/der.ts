/** DER as a plugin would write it, right or wrong. */

export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes)
export const integer = (value: number): Buffer => der(0x02, Buffer.of(value))

/** Sorted, as DER wants a SET OF. */
export const setOf = (...parts: readonly Buffer[]): Buffer =>
  der(0x31, ...[...parts].sort(Buffer.compare))

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(0x06, Buffer.from(arcs))
}
