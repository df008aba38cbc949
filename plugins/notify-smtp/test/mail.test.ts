import fc from 'fast-check'
import t from 'tap'
import { mailOf, type Sent } from '../src/mail.ts'
import { mailServer } from '../src/settings.ts'

// A run of the tests says the same each time.
fc.configureGlobal({ seed: 20_261_126 })

const server = mailServer({
  host: 'mail.acme.example',
  port: 465,
  from: 'box@acme.example',
  fromName: '信号楼',
})
const message: Sent = { to: ['li@acme.example'], subject: 'Late', text: 'It is late.\n' }
const mailFor = (changes: Partial<Record<keyof Sent, unknown>>) =>
  mailOf({ ...message, ...changes } as Sent, server, 0, () => 'drawn')

/** The headers, and the text that is read. */
function parts(raw: Buffer) {
  const whole = raw.toString('latin1')
  const end = whole.indexOf('\r\n\r\n')
  const [head, body] = [whole.slice(0, end), whole.slice(end + 4)]
  const lines = head.replace(/\r\n[ \t]/g, ' ').split('\r\n')
  const isBase64 = lines.includes('Content-Transfer-Encoding: base64')
  const text = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(unquoted(body), 'latin1')
  const headers = lines.map((line) => line.slice(0, line.indexOf(':')))
  return { headers, lines, text: text.toString() }
}

/** RFC 2045 §6.7, in bytes as characters. */
function unquoted(body: string): string {
  return body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const usual = [
  'Auto-Submitted',
  'Content-Transfer-Encoding',
  'Content-Type',
  'Date',
  'From',
  'MIME-Version',
  'Message-ID',
  'Subject',
  'To',
]

t.test('a mail is what was sent, and says that a machine sent it', async (t) => {
  const { id, from, recipients, raw } = await mailFor({})
  t.equal(id, '<drawn@acme.example>')
  t.equal(from, 'box@acme.example')
  t.strictSame([...recipients], [['li@acme.example', 'li@acme.example']])
  const { headers, lines, text } = parts(raw)
  t.strictSame(headers.sort(), usual)
  for (const line of [
    'To: li@acme.example',
    'Subject: Late',
    'Message-ID: <drawn@acme.example>',
    'Date: Thu, 01 Jan 1970 00:00:00 +0000',
    'Auto-Submitted: auto-generated',
    'Content-Type: text/plain; charset=utf-8',
  ]) {
    t.ok(lines.includes(line), line)
  }
  t.equal(text, 'It is late.\r\n')
})

t.test('several recipients are not told of each other, and none gets it twice', async (t) => {
  const to = ['li@acme.example', 'wang@例子.公司', 'li@acme.example']
  const { recipients, raw } = await mailFor({ to })
  t.strictSame([...recipients.keys()], ['li@acme.example', 'wang@xn--fsqu00a.xn--55qx5d'])
  t.ok(parts(raw).lines.includes('To: "undisclosed-recipients":;'))
  t.notMatch(raw.toString(), /li@|wang@/)
})

t.test('an id and a language of the sender go along', async (t) => {
  const data = { id: 'order-7', locale: 'zh-CN' }
  const { id, raw } = await mailFor({ data })
  t.equal(id, '<order-7@acme.example>')
  t.ok(parts(raw).lines.includes('Content-Language: zh-CN'))
})

t.test('nothing begins a line, a header or a command of its own', async (t) => {
  const wrong: Partial<Record<keyof Sent, unknown>>[] = [
    { subject: 'Late\r\nBcc: all@acme.example' },
    { subject: 'Late\nX: y' },
    { subject: 'Late\u0085X: y' },
    { subject: 'Late\u2028X: y' },
    { subject: { path: '/etc/passwd' } },
    { text: { path: '/etc/passwd' } },
    { text: { href: 'http://127.0.0.1/' } },
    { to: [] },
    { to: ['li'] },
    { to: ['li@acme.example\r\nRCPT TO:<all@acme.example>'] },
    { to: ['li@acme.example>\r\nDATA'] },
    { to: ['li@acme.example, all@acme.example'] },
    { to: ['Li <li@acme.example>'] },
    { to: ['"li all"@acme.example'] },
    { to: ['li@acme.example:25'] },
    { to: ['@acme.example'] },
    { to: ['li@'] },
    { data: { id: 'a>\r\nX: y' } },
    { data: { id: 7 } },
  ]
  for (const changes of wrong) {
    // A line break of Unicode would break the report.
    const title = JSON.stringify(changes).replace(/[^ -~]/g, '?')
    await t.rejects(mailFor(changes), { name: 'Refusal', code: 'CHANNEL_REFUSED' }, title)
  }
  const { raw } = await mailFor({
    data: { locale: 'en\r\nX: y', html: '<b>no</b>', headers: { X: 'y' } },
  })
  t.strictSame(parts(raw).headers.sort(), usual)
})

t.test(
  'whatever a subject and a text hold, the headers are the same and the text is whole',
  async () => {
    const words = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.constantFrom('\n', '\r\n', '\r', '.', ' ', '=', 'a'.repeat(200), '车'.repeat(100)),
        ),
      )
      .map((parts) => parts.join(''))
    const printable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(printable, words, async (subject, text) => {
        const made = await mailFor({ subject, text }).catch(
          (error: { code?: string }) => error.code,
        )
        if (typeof made === 'string') return made === 'CHANNEL_REFUSED'
        const { headers, text: read } = parts(made?.raw ?? Buffer.alloc(0))
        // A subject of blanks is none: then there is one header less.
        const sent = text.replace(/\r\n?|\n/g, '\r\n')
        // The last line of a mail ends, whether the text's did or not.
        const isWhole = read === sent || read === `${sent}\r\n`
        return isWhole && headers.every((name) => usual.includes(name))
      }),
    )
  },
)
