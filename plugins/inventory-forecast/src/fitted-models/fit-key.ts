import { sha256 } from './sha256.ts'

/** Raised whenever a fit of the same series may come out differently: older models are then never found again. */
const FIT_VERSION = 2

/** Names a fit by all that it depends on: two series share a key only if they are the same series. */
export function fitKey(history: readonly number[], frequency: number): string {
  return sha256(JSON.stringify([FIT_VERSION, frequency, history]))
}
