const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** As apps that show codes take a secret (RFC 4648 §6), without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let [bits, count] = [0, 0]
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    count += 8
    for (; count >= 5; count -= 5) text += ALPHABET[(bits >> (count - 5)) & 31]
    bits &= (1 << count) - 1
  }
  return count > 0 ? text + ALPHABET[(bits << (5 - count)) & 31] : text
}

/** Blanks and small letters are as people type them. @returns undefined where it is no base32 */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let [bits, count] = [0, 0]
  for (const letter of text.toUpperCase().replaceAll(/[\s-]/g, '').replace(/=+$/, '')) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) return undefined
    bits = (bits << 5) | value
    count += 5
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 255)
    bits &= (1 << count) - 1
  }
  return Uint8Array.from(bytes)
}
