import { createHash, randomUUID } from 'node:crypto'
import type { TrustedContext } from '@signalbox/sdk'
import { mailOf, type Sent } from './mail.ts'
import type { SessionPool } from './session-pool.ts'
import { type MailServer, mailServer, type Settings } from './settings.ts'
import { isPermanent, refusalOf } from './smtp-failure.ts'

type Port = Pick<
  TrustedContext<Settings>,
  'config' | 'deadline' | 'net' | 'now' | 'secrets' | 'signal' | 'tenant'
>

/** For the sender to be told, before its own time is over too. */
const MARGIN_MS = 300

export interface SentMail {
  /** The Message-ID. */
  readonly id: string
  /** How many recipients the server took. */
  readonly accepted: number
  /** The others; `again` where it may take them later. */
  readonly refused: readonly { readonly to: string; readonly again: boolean }[]
}

/**
 * The handler of the channel.
 * @throws CHANNEL_NOT_SET_UP, CHANNEL_TRY_LATER, CHANNEL_REFUSED where nobody got the mail
 */
export function sender(sessions: SessionPool) {
  return async (message: Sent, ctx: Port): Promise<SentMail> => {
    const server = mailServer(ctx.config)
    const mail = await mailOf(message, server, ctx.now(), randomUUID)
    const { id, recipients } = mail
    try {
      const [addresses, password] = await Promise.all([
        ctx.net.addresses(server.host, server.port),
        server.user === undefined ? undefined : ctx.secrets.reveal('password'),
      ])
      const account = { server, addresses, password }
      const ms = Math.max(1, ctx.deadline - ctx.now() - MARGIN_MS)
      const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(ms)])
      const key = keyOf(ctx.tenant, server, password)
      const rejected = await sessions.use(key, account, signal, (session) =>
        session.send(mail, signal),
      )
      const refused = rejected.map(({ address, status }) => ({
        to: recipients.get(address) ?? address,
        again: !isPermanent(status),
      }))
      return { id, accepted: recipients.size - refused.length, refused }
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

/** A new password is another account: what the old one opened is not used any more. */
function keyOf(tenant: string, server: MailServer, password: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, server, password]))
    .digest('hex')
}
