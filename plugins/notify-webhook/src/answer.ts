import { channelRefusal } from './channel-refusal.ts'

/** Seconds that a receiver may ask to be left alone for; more is a clock that is wrong. */
const MAX_WAIT_S = 86_400

/**
 * What an answer means for the message: 2xx took it; 429 and what a server says of itself (5xx) pass; anything else
 * would be the same again, a redirection too: the address is set by an admin, not by who answers.
 * @throws CHANNEL_TRY_LATER, CHANNEL_REFUSED
 */
export function requireTaken(status: number, retryAfter: string | null): void {
  if (status >= 200 && status < 300) return
  if (status === 429 || status >= 500) {
    const waitS = /^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
    const wait = waitS === undefined ? '' : `, and asks for ${Math.min(waitS, MAX_WAIT_S)} s`
    throw channelRefusal('CHANNEL_TRY_LATER', `The receiver answered ${status}${wait}.`)
  }
  const why = status === 410 ? ': it wants no more messages' : ''
  throw channelRefusal('CHANNEL_REFUSED', `The receiver answered ${status}${why}.`)
}
