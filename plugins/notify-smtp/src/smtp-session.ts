import { isIP } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { channelRefusal } from './channel-refusal.ts'
import type { Mail } from './mail.ts'
import type { MailServer } from './settings.ts'

export interface Account {
  readonly server: MailServer
  /** Of which the host said that they may be connected to. */
  readonly addresses: readonly string[]
  readonly password: string | undefined
}

/** A recipient that the server did not take, with its reply. */
export interface RefusedRecipient {
  readonly address: string
  /** Of SMTP, such as 550; 0 where it gave none. */
  readonly status: number
}

/** Addresses of a name that are tried, one after the other. */
const MAX_ADDRESSES = 3

/** For one of them to take the connection and say hello. */
const CONNECT_MS = 5000

/** Silence in the middle of a mail; what is idle is closed much sooner. */
const SOCKET_MS = 60_000

/** The longest reply that is read, lists of extensions included. */
const MAX_REPLY_BYTES = 64 * 1024

/** A connection to a mail server, logged in where there is a user. One mail after the other. */
export class SmtpSession {
  readonly #connection: SMTPConnection
  #isOpen = true
  #fail: (error: unknown) => void = () => undefined

  private constructor(connection: SMTPConnection) {
    this.#connection = connection
    // Always listened to: an error that nobody hears would end the process, and with it all tenants' mails.
    connection.on('error', (error) => this.#ended(error))
    connection.on('end', () =>
      this.#ended(Object.assign(new Error('ended'), { code: 'ECONNECTION' })),
    )
  }

  /** @throws an error of nodemailer; CHANNEL_TRY_LATER when the signal ended it */
  static async open(account: Account, signal: AbortSignal): Promise<SmtpSession> {
    let last: unknown = Object.assign(new Error('no address'), { code: 'EDNS' })
    for (const address of account.addresses.slice(0, MAX_ADDRESSES)) {
      const session = new SmtpSession(new SMTPConnection(optionsOf(account.server, address)))
      try {
        await session.#logIn(account, signal)
        return session
      } catch (error) {
        session.close()
        if (!isUnconnected(error)) throw error
        last = error
      }
    }
    throw last
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * @returns the recipients that were not taken, while others were
   * @throws an error of nodemailer where nobody got the mail; CHANNEL_TRY_LATER when the signal ended it: then the
   * server may have taken it
   */
  async send({ from, recipients, raw }: Mail, signal: AbortSignal): Promise<RefusedRecipient[]> {
    const envelope = { from, to: [...recipients.keys()], size: raw.length }
    const { rejectedErrors = [] } = await this.#within<SMTPConnection.SentMessageInfo>(
      signal,
      (done) => this.#connection.send(envelope, raw, done),
    )
    return rejectedErrors.map(({ recipient = '', responseCode = 0 }) => ({
      address: recipient,
      status: responseCode,
    }))
  }

  /** Cuts it off: the server sees no mail that was not whole. */
  close(): void {
    this.#isOpen = false
    this.#connection.close()
  }

  async #logIn({ server: { user }, password }: Account, signal: AbortSignal): Promise<void> {
    await this.#within<unknown>(signal, (done) =>
      this.#connection.connect((error) => done(error ?? null, undefined)),
    )
    if (user === undefined) return
    await this.#within<unknown>(signal, (done) =>
      this.#connection.login({ user, pass: password ?? '' }, done),
    )
  }

  #within<Result>(
    signal: AbortSignal,
    work: (done: (error: Error | null, result?: Result) => void) => void,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const stop = () => {
        reject(channelRefusal('CHANNEL_TRY_LATER', 'The mail server did not answer in time.'))
        this.close()
      }
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      this.#fail = reject
      work((error, result) => {
        signal.removeEventListener('abort', stop)
        if (error) reject(error)
        else resolve(result as Result)
      })
    })
  }

  #ended(error: unknown): void {
    this.#isOpen = false
    this.#fail(error)
  }
}

function optionsOf({ host, port, tls, ca, from }: MailServer, address: string) {
  return {
    host: address,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    // Whose certificate it must be: the name that was set, not the address that it led to.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const, ...(ca ? { ca } : {}) },
    // Of the tenant's own mails, not of the machine that the host runs on.
    name: from.slice(from.lastIndexOf('@') + 1),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    socketCloseTimeout: 0,
    maxResponseSize: MAX_REPLY_BYTES,
    logger: false,
  }
}

/** Whether another address of the same name may do better. */
function isUnconnected(error: unknown): boolean {
  const { code, originalCode, timeoutType } = Object(error) as Record<string, unknown>
  if (code === 'ETIMEDOUT') return timeoutType === 'CONNECT_TIMEOUT'
  return (
    code === 'ESOCKET' && /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(String(originalCode))
  )
}
