import { Refusal } from '@signalbox/sdk'

/** The three ways in which a channel says no; a sender needs to know no others. See sdk/docs/channels.md. */
type ChannelNo = 'CHANNEL_NOT_SET_UP' | 'CHANNEL_REFUSED' | 'CHANNEL_TRY_LATER'

export function channelRefusal(code: ChannelNo, message: string): Refusal {
  return new Refusal(code, message)
}

/** What passes: the receiver, the network or a budget. */
const passing: ReadonlySet<string> = new Set([
  'CORE_BUDGET_SPENT',
  'CORE_DATABASE_UNAVAILABLE',
  'CORE_FETCH_BUSY',
  'CORE_FETCH_FAILED',
  'CORE_FETCH_TIMEOUT',
  'CORE_KEY_SPENT',
])

/** What an admin or the operator has to mend. */
const unsettled = /^CORE_(GRANT_MISSING|KEY_|FETCH_(NOT_GRANTED|ADDRESS_REFUSED|PLAIN_REFUSED)$)/

/**
 * A refusal of the host in the words of a channel. Anything else goes through: it is a mistake of this plugin.
 * Messages of the host name an origin at most; the address itself, of which a part may be secret, is in none.
 */
export function refusalOf(error: unknown): unknown {
  const { code, name, message } = Object(error) as Partial<Record<string, unknown>>
  if (name === 'TimeoutError') {
    return channelRefusal('CHANNEL_TRY_LATER', 'The receiver did not answer in time.')
  }
  if (typeof code !== 'string') return error
  const told = `${message} (${code})`
  if (passing.has(code)) return channelRefusal('CHANNEL_TRY_LATER', told)
  if (unsettled.test(code)) return channelRefusal('CHANNEL_NOT_SET_UP', told)
  if (code === 'CORE_FETCH_TOO_LARGE') {
    return channelRefusal('CHANNEL_REFUSED', `What the receiver answered is not read. ${told}`)
  }
  return error
}
