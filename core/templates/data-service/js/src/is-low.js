/** From how many pieces on an item is low, where the caller does not say. */
const LOW = 10

/** A rule without a host: it is tested without one too. */
export function isLow(pieces, low = LOW) {
  return pieces <= low
}
