/** A number from 0 up to 1. */
export type Random = () => number

/**
 * The generator sfc32 (Doty-Humphrey, PractRand; passes BigCrush): 32-bit whole numbers only, so a seed gives the same
 * numbers on every machine.
 * @param seed any whole number; its low 32 bits and the next 21 count.
 */
export function seededRandom(seed: number): Random {
  let a = Math.trunc(seed) | 0
  let b = Math.trunc(seed / 2 ** 32) | 0
  let c = 0x9e3779b9 | 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 2 ** 32
  }
  // Its author's warm-up: until here near seeds give near numbers.
  for (let i = 0; i < 15; i++) next()
  return next
}
