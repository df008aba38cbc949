import { Refusal } from '@signalbox/sdk'

/** The three ways in which a channel says no; a sender needs to know no others. See sdk/docs/channels.md. */
type ChannelNo = 'CHANNEL_NOT_SET_UP' | 'CHANNEL_REFUSED' | 'CHANNEL_TRY_LATER'

export function channelRefusal(code: ChannelNo, message: string): Refusal {
  return new Refusal(code, message)
}
