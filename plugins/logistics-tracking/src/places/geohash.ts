const digits = '0123456789bcdefghjkmnpqrstuvwxyz'

/**
 * Geohash of a place (Niemeyer 2008): bits of longitude and latitude in turns, five to a character.
 * @param length 1 to 12 characters
 */
export function geohash(lon: number, lat: number, length: number): string {
  const spans = [
    [-180, 180, lon],
    [-90, 90, lat],
  ] as [number, number, number][]
  let text = ''
  let bits = 0
  for (let i = 0; i < 5 * length; i++) {
    const span = spans[i % 2] as [number, number, number]
    const middle = (span[0] + span[1]) / 2
    const isUpper = span[2] >= middle
    span[isUpper ? 0 : 1] = middle
    bits = 2 * bits + Number(isUpper)
    if (i % 5 === 4) {
      text += digits[bits]
      bits = 0
    }
  }
  return text
}
