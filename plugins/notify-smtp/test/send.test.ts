import { createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { sender } from '../src/send.ts'
import { SessionPool } from '../src/session-pool.ts'
import type { Settings } from '../src/settings.ts'
import { SmtpSession } from '../src/smtp-session.ts'
import { mailServerOf } from './mail-server.ts'

const message = { to: ['li@acme.example'], subject: '列车晚点', text: '列车晚点十分钟。\n请改道。' }

function setUp(t: Test) {
  const idle = new Set<() => void>()
  const pool = new SessionPool({
    open: SmtpSession.open,
    after: (_, work) => {
      idle.add(work)
      return () => idle.delete(work)
    },
  })
  t.teardown(() => {
    for (const close of idle) close()
  })
  return { pool, send: sender(pool) }
}

/** A call's context; `reveal` counts how often it was asked. */
function contextOf(settings: Settings, { tenant = 'acme', ms = 30_000, password = 'geheim' } = {}) {
  const asked: string[] = []
  const deadline = Date.now() + ms
  const config = { host: '127.0.0.1', from: 'box@acme.example', tls: 'none', ...settings } as const
  const ctx = {
    tenant,
    config,
    deadline,
    now: Date.now,
    signal: AbortSignal.timeout(ms),
    net: { addresses: async () => ['127.0.0.1'] },
    secrets: {
      ref: () => '',
      basic: () => '',
      reveal: async (name: string) => {
        asked.push(name)
        return password
      },
    },
  }
  return { ctx, asked }
}

t.test('a mail arrives as it was sent, over a connection that the next one uses', async (t) => {
  const { port, received } = await mailServerOf(t, { disabledCommands: ['AUTH', 'STARTTLS'] })
  const { send } = setUp(t)
  const { ctx, asked } = contextOf({ port })
  const sent = await send(message, ctx)
  t.match(sent, { id: /^<[0-9a-f-]{36}@acme\.example>$/, accepted: 1, refused: [] })
  t.strictSame(asked, [], 'without a user no password is asked for')
  await send({ ...message, data: { id: 'again' } }, ctx)
  t.match(received, [
    { from: 'box@acme.example', to: ['li@acme.example'] },
    { raw: /Message-ID: <again@acme.example>/ },
  ])
  t.equal(received[0]?.session, received[1]?.session)
})

t.test('tenants share no connection, whatever their settings', async (t) => {
  const { port, received } = await mailServerOf(t, { disabledCommands: ['AUTH', 'STARTTLS'] })
  const { pool, send } = setUp(t)
  for (const tenant of ['acme', 'globex']) await send(message, contextOf({ port }, { tenant }).ctx)
  t.equal(new Set(received.map(({ session }) => session)).size, 2)
  t.equal(pool.size, 2)
})

t.test('who refuses a recipient is believed, for now or for good', async (t) => {
  const { port, received } = await mailServerOf(t, { disabledCommands: ['AUTH', 'STARTTLS'] })
  const { send } = setUp(t)
  const { ctx } = contextOf({ port })
  const to = ['nobody@acme.example', 'li@acme.example', 'later@acme.example']
  t.match(await send({ ...message, to }, ctx), {
    accepted: 1,
    refused: [
      { to: 'nobody@acme.example', again: false },
      { to: 'later@acme.example', again: true },
    ],
  })
  t.strictSame(
    received.map((mail) => mail.to),
    [['li@acme.example']],
  )
  const alone = (one: string) => send({ ...message, to: [one] }, ctx)
  await t.rejects(alone('nobody@acme.example'), { code: 'CHANNEL_REFUSED', message: /550/ })
  await t.rejects(alone('later@acme.example'), { code: 'CHANNEL_TRY_LATER', message: /450/ })
})

t.test(
  'a certificate that nobody vouches for gets no password, nor a server without TLS',
  async (t) => {
    const { port } = await mailServerOf(t)
    const plain = await mailServerOf(t, { disabledCommands: ['STARTTLS'] })
    const { send } = setUp(t)
    const user = 'box'
    const strange = contextOf({ port, tls: 'starttls', user })
    await t.rejects(send(message, strange.ctx), { code: 'CHANNEL_NOT_SET_UP', message: /trusted/ })
    const bare = contextOf({ port: plain.port, tls: 'starttls', user })
    await t.rejects(send(message, bare.ctx), { code: 'CHANNEL_NOT_SET_UP', message: /TLS/ })
    const open = contextOf({ port: plain.port, tls: 'none', user })
    await t.rejects(send(message, open.ctx), { code: 'CHANNEL_NOT_SET_UP', message: /TLS/ })
    t.strictSame(open.asked, [])
  },
)

t.test('a server that is silent, slow or gone is left in time', async (t) => {
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { port } = silent.address() as { port: number }
  const { pool, send } = setUp(t)
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  await t.rejects(send(message, contextOf({ port }, { ms: 400 }).ctx), {
    code: 'CHANNEL_TRY_LATER',
    message: /in time/,
  })
  t.equal(pool.size, 0)
  const gone = contextOf({ port: 1 })
  await t.rejects(send(message, gone.ctx), { code: 'CHANNEL_TRY_LATER', message: /ECONNREFUSED/ })
})
