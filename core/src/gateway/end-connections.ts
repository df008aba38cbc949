import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Long enough for what has come already to be read. */
const LOOK_EVERY_MS = 250

/**
 * A server that stops waits for answers, and for nothing else. Node by itself waits for whoever has connected and says nothing,
 * as browsers do ahead of time, and for a connection that is kept alive behind an answer; and once it stops, it holds neither
 * to a deadline.
 */
export function endConnections(app: FastifyInstance): void {
  /** How many of its requests are not answered yet, by connection. */
  const open = new Map<Socket, number>()
  let isStopping = false
  app.server.on('connection', (socket) => {
    open.set(socket, 0)
    socket.once('close', () => open.delete(socket))
  })
  app.server.on('request', ({ socket }, response) => {
    open.set(socket, (open.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const requests = open.get(socket)
      if (requests !== undefined) open.set(socket, requests - 1)
    })
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Else the client would ask next on a connection that ends.
    if (isStopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('preClose', async () => {
    isStopping = true
    lookAgain()
  })

  function lookAgain(): void {
    setTimeout(() => {
      for (const [socket, requests] of open) {
        if (requests !== 0) continue
        // Once: it ends when what was written is read.
        open.delete(socket)
        socket.destroySoon()
      }
      if (open.size > 0 || app.server.listening) lookAgain()
    }, LOOK_EVERY_MS).unref()
  }
}
