import type { RunEntry } from '../../broker/entry-call.ts'
import { sendHostMessage } from '../../notify/host-message.ts'
import type { Snapshot } from '../../rollout/routing/snapshot.ts'
import type { User } from '../users/user.ts'

/** Brings a ticket to its user. Resolves with false where the tenant has no way to do it. */
export type SendTicket = (user: User, ticket: string, traceId: string | null) => Promise<boolean>

interface Ports {
  readonly publicUrl: string | null
  readonly host: string
  readonly port: number
  readonly snapshot: () => Snapshot
  readonly runEntry: RunEntry
}

/** By whichever plugin of the tenant sends mail. */
export function sendTicketBy(ports: Ports): SendTicket {
  const { publicUrl, host, port, snapshot, runEntry } = ports
  const page = `${publicUrl ?? `http://${host}:${port}`}/sign-in`
  return async (user, ticket, traceId) => {
    const { tenant, email } = user
    if (email === null) return false
    const letter = {
      tenant,
      channel: 'mail',
      to: [email],
      traceId,
      ...resetMessage(user, page, ticket),
    }
    return sendHostMessage({ snapshot, runEntry, now: Date.now }, letter)
  }
}

interface ResetMessage {
  readonly subject: string
  readonly text: string
}

/** @param page where browsers set a password; the ticket is behind the #, which no server and no log is sent */
function resetMessage({ displayName, locale }: User, page: string, ticket: string): ResetMessage {
  const link = `${page}#reset=${ticket}`
  return locale === 'zh-CN'
    ? {
        subject: '重置密码',
        text: `${displayName}，您好：\n\n请在 30 分钟内通过以下链接设置新密码：\n${link}\n\n如果您未提出此请求，请忽略本消息，您的密码保持不变。`,
      }
    : {
        subject: 'Reset your password',
        text: `Hello ${displayName},\n\nset a new password within 30 minutes:\n${link}\n\nIf you did not ask for this, leave it: your password stays as it is.`,
      }
}
