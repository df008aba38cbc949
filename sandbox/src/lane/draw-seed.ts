import { randomFillSync } from 'node:crypto'

const SEED_BYTES = 16
/** Drawn for many calls at once: one system call each would cost as much as the frame of a call. */
const pool = Buffer.allocUnsafeSlow(SEED_BYTES * 256)
let from = pool.length

/** What a call's random numbers come from: 16 bytes that nobody can guess, in base64url. */
export function drawSeed(): string {
  if (from === pool.length) {
    randomFillSync(pool)
    from = 0
  }
  const seed = pool.toString('base64url', from, from + SEED_BYTES)
  from += SEED_BYTES
  return seed
}
