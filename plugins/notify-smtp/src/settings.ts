import { channelRefusal } from './channel-refusal.ts'
import { mailAddress } from './mail-address.ts'

/** As schemas/config.json has it; nothing where the tenant has set nothing. */
export interface Settings {
  readonly host?: string
  readonly port?: number
  readonly tls?: 'implicit' | 'starttls' | 'none'
  readonly ca?: string
  readonly user?: string
  readonly from?: string
  readonly fromName?: string
}

/** Settings that can be used. */
export interface MailServer {
  readonly host: string
  readonly port: number
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly ca: string | undefined
  readonly user: string | undefined
  readonly from: string
  readonly fromName: string
}

/**
 * Held here again to what their schema says: it was that of another version when they were set, perhaps. Pure.
 * @throws CHANNEL_NOT_SET_UP
 */
export function mailServer(settings: Settings): MailServer {
  const { host, port, tls = 'implicit', ca, user, fromName = '' } = settings
  if (host === undefined || port === undefined || settings.from === undefined) {
    throw notSetUp('Set host, port and from in the settings of the plugin.')
  }
  const from = mailAddress(settings.from)
  if (from === undefined) throw notSetUp('The setting from is no mail address.')
  if (tls === 'none' && user !== undefined) {
    throw notSetUp('Without TLS the password would be read on its way: set tls, or leave user out.')
  }
  return { host, port, tls, ca, user, from, fromName }
}

const notSetUp = (message: string) => channelRefusal('CHANNEL_NOT_SET_UP', message)
