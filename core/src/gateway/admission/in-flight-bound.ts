import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { coreErrors } from '../../errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent before it was taken and after it was answered. */
    takenOn: Taken | undefined
  }
}

/** What a connection brought and is not answered yet: more than one only in a pipeline. */
interface Taken {
  requests: number
}

/**
 * Requests that a node has taken and not answered. Each may hold a body, a connection of the database or a place in a
 * lane's queue; what comes beyond it is refused while that is still quick, whatever it is that the others wait for. Whether
 * the node lives is answered all the same: who asks would else restart it in the middle of its work.
 */
export function boundInFlight(app: FastifyInstance, max: number): void {
  let inFlight = 0
  const connections = new WeakMap<Socket, Taken>()
  app.decorateRequest('takenOn')
  app.addHook('onRequest', (request, _reply, done) => {
    if (inFlight >= max && request.routeOptions.config?.action !== 'host.probe')
      throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 2 })
    const { socket } = request.raw
    const taken = connections.get(socket) ?? begin(socket)
    taken.requests += 1
    inFlight += 1
    request.takenOn = taken
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    const taken = request.takenOn
    request.takenOn = undefined
    if (taken !== undefined && taken.requests > 0) {
      taken.requests -= 1
      inFlight -= 1
    }
    done()
  })

  /** Of a connection that breaks off Fastify tells nobody, nor of a request in a pipeline whose body never came. */
  function begin(socket: Socket): Taken {
    const taken = { requests: 0 }
    connections.set(socket, taken)
    socket.once('close', () => {
      inFlight -= taken.requests
      taken.requests = 0
    })
    return taken
  }
}
