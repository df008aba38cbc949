import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Teardown } from './host-process.ts'
import type { Certificate } from './outbound-server.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string
  readonly raw: string
}

/**
 * A mail server on loopback, with TLS from the first byte and accounts. What it took is kept. Recipients `no…` it
 * never takes, `later…` not now, and mails to `slow…` it never answers.
 */
export async function mailServer(
  t: Teardown,
  certificate: Certificate,
  accounts: Readonly<Record<string, string>>,
) {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    secure: true,
    key: certificate.key,
    cert: certificate.cert,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username = '', password }, _, done) => {
      const isKnown = Object.hasOwn(accounts, username) && accounts[username] === password
      // As some servers do: it tells back what it was sent.
      if (!isKnown) return done(new Error(`no ${username} with ${password}`))
      return done(null, { user: username })
    },
    onRcptTo: ({ address }, _, done) => {
      if (!/^(no|later)/.test(address)) return done()
      const responseCode = address.startsWith('no') ? 550 : 450
      return done(Object.assign(new Error('not here'), { responseCode }))
    },
    onData: (stream, { envelope: { mailFrom, rcptTo }, user }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = rcptTo.map(({ address }) => address)
        if (to.some((address) => address.startsWith('slow'))) return
        const from = mailFrom === false ? '' : mailFrom.address
        received.push({ from, to, user: String(user), raw: Buffer.concat(chunks).toString() })
        done(null)
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  return { port, received }
}

/** Subject and text of a mail, decoded: encoded words (RFC 2047) and base64 or quoted-printable. */
export function readMail(raw: string): { readonly subject: string; readonly text: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]/g, '').split('\r\n')
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  const subject = value('Subject').replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word: string) =>
    Buffer.from(word, 'base64').toString(),
  )
  const body = rest.join('\r\n\r\n')
  const isBase64 = value('Content-Transfer-Encoding') === 'base64'
  const text = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(unquoted(body), 'latin1')
  return { subject, text: text.toString() }
}

/** RFC 2045 §6.7, in bytes as characters. */
function unquoted(body: string): string {
  return body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
