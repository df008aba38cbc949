import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import pino from 'pino'
import t from 'tap'
import { createServer } from '../../src/gateway/server.ts'

const log = pino({ level: 'silent' })

/** A server whose answer waits until it is let go. */
async function serving() {
  const app = await createServer({ log, version: '1.0.0' })
  const [asked, answered, stopping] = [signal(), signal(), signal()]
  app.get('/slow', async () => {
    asked.give()
    await answered.given
    return { is: 'whole' }
  })
  app.addHook('preClose', async () => stopping.give())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const connected = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    await Promise.all([once(socket, 'connect'), once(app.server, 'connection')])
    return socket
  }
  return { app, asked, answered, stopping, connected }
}

function signal() {
  let give: () => void = () => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { give, given }
}

t.test('a server that stops does not wait for who has connected and says nothing', async (t) => {
  const { app, connected } = await serving()
  const socket = await connected()
  const gone = once(socket.resume(), 'close')
  await app.close()
  await gone
  t.notOk(app.server.listening)
})

t.test('who has asked is answered, and his connection is not kept behind it', async (t) => {
  const { app, asked, answered, stopping, connected } = await serving()
  const socket = await connected()
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const gone = once(socket, 'close')
  socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  await asked.given
  const closed = app.close()
  await stopping.given
  answered.give()
  await Promise.all([closed, gone])
  t.match(text, /^HTTP\/1\.1 200 [\s\S]*^connection: close\r$[\s\S]*\r\n\r\n\{"is":"whole"\}$/im)
})
