import type { Message } from '@signalbox/sdk'
import MailComposer from 'nodemailer/lib/mail-composer'
import { channelRefusal } from './channel-refusal.ts'
import { mailAddress } from './mail-address.ts'
import type { MailServer } from './settings.ts'

export type Sent = Omit<Message, 'channel'>

/** A mail as the server gets it. */
export interface Mail {
  readonly id: string
  readonly from: string
  /** As the sender wrote them, by the form that goes out. */
  readonly recipients: ReadonlyMap<string, string>
  readonly raw: Buffer
}

/** What fits into a Message-ID and could end nothing. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** BCP 47, its usual forms. */
const LOCALE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/

const ASCII = /^[\p{ASCII}]*$/u

/** All that would begin a line of its own, in a header or in what a reader is shown. */
const LINE_BREAK = /[\p{Cc}\u2028\u2029]/u

/**
 * Plain text only, and nothing of the sender's in a header but the subject, `data.id` and `data.locale`. Several
 * recipients are not told of each other: who sends to people need not know whether they know each other.
 * @param draw an id for a message that names none
 * @throws CHANNEL_REFUSED
 */
export async function mailOf(
  message: Sent,
  { from, fromName }: MailServer,
  now: number,
  draw: () => string,
): Promise<Mail> {
  const { subject, text } = message
  if (typeof subject !== 'string' || typeof text !== 'string' || LINE_BREAK.test(subject)) {
    throw refused('A mail has a subject of one line, and a text.')
  }
  const recipients = recipientsOf(message.to)
  const { id: named, locale } = Object(message.data) as Record<string, unknown>
  const id = `<${idOf(named) ?? draw()}@${from.slice(from.lastIndexOf('@') + 1)}>`
  const [only, ...others] = recipients.keys()
  const composer = new MailComposer({
    from: { name: fromName, address: from },
    to:
      only !== undefined && others.length === 0
        ? { name: '', address: only }
        : 'undisclosed-recipients:;',
    subject,
    // The only line end of mail: a bare LF is read in two ways, and a mail could end where it does not.
    text: text.replace(/\r\n?|\n/g, '\r\n'),
    messageId: id,
    date: new Date(now),
    headers: {
      // Answering machines answer no machine (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      ...(typeof locale === 'string' && LOCALE.test(locale) ? { 'Content-Language': locale } : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const root = composer.compile()
  // Always one of the two: as it is, long lines would be wrapped by whoever hands the mail on.
  const encoding = ASCII.test(text) ? 'quoted-printable' : 'base64'
  root.setHeader('Content-Transfer-Encoding', encoding)
  return { id, from, recipients, raw: await root.build() }
}

function recipientsOf(to: readonly string[]): ReadonlyMap<string, string> {
  const recipients = new Map<string, string>()
  for (const [index, text] of to.entries()) {
    const address = mailAddress(text)
    // Its place, not itself: what is wrong with it may be that it is no address at all.
    if (address === undefined) throw refused(`Recipient ${index + 1} is no mail address.`)
    if (!recipients.has(address)) recipients.set(address, text)
  }
  if (recipients.size === 0) throw refused('A mail has a recipient.')
  return recipients
}

/** @throws CHANNEL_REFUSED */
function idOf(named: unknown): string | undefined {
  if (named === undefined) return undefined
  if (typeof named === 'string' && ID.test(named)) return named
  throw refused('data.id is 1 to 128 letters, digits, ".", "_" and "-".')
}

const refused = (message: string) => channelRefusal('CHANNEL_REFUSED', message)
