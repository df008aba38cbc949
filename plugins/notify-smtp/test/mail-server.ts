import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Test } from 'tap'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly user: unknown
  /** Of the connection it came over. */
  readonly session: string
  readonly raw: string
}

/** A mail server of the test on loopback; what it took is kept. Recipients `no…` it never takes, `later…` not now. */
export async function mailServerOf(t: Test, options: SMTPServerOptions = {}) {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo: ({ address }, _, done) => {
      const responseCode = /^no/.test(address) ? 550 : 450
      if (!/^(no|later)/.test(address)) return done()
      return done(Object.assign(new Error('not here'), { responseCode }))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          to: rcptTo.map(({ address }) => address),
          user: session.user,
          session: session.id,
          raw: Buffer.concat(chunks).toString(),
        })
        done(null)
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  return { port, received }
}
