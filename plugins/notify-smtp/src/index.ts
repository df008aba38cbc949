import { defineTrustedPlugin } from '@signalbox/sdk'
import { sender } from './send.ts'
import { SessionPool } from './session-pool.ts'
import { SmtpSession } from './smtp-session.ts'

const sessions = new SessionPool({
  open: SmtpSession.open,
  after: (ms, work) => {
    const timer = setTimeout(work, ms).unref()
    return () => clearTimeout(timer)
  },
})

export default defineTrustedPlugin({
  contributions: { 'notify/channel/v1': { send: sender(sessions) } },
})
