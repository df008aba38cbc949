/** DER (X.690), as the host writes it: requests and certificates, which are small. */

export function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts)

export const octetString = (bytes: Buffer): Buffer => tagged(0x04, bytes)

/** Of whole bytes. */
export const bitString = (bytes: Buffer): Buffer => tagged(0x03, Buffer.of(0), bytes)

export const truth = (): Buffer => tagged(0x01, Buffer.of(0xff))

export const nothing = (): Buffer => tagged(0x05)

export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return tagged(0x06, Buffer.from(arcs))
}

/**
 * To the second, as a certificate has it: UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5).
 * @param at milliseconds since the epoch, of whole seconds
 */
export function certificateTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  const isOfThisHalf = new Date(at).getUTCFullYear() < 2050
  return tagged(
    isOfThisHalf ? 0x17 : 0x18,
    Buffer.from(digits.slice(isOfThisHalf ? 2 : 0), 'latin1'),
  )
}

/** X.690 §10.1, up to 64 KiB. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  return Buffer.of(0x82, length >> 8, length & 0xff)
}
