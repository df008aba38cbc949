import type { FastifyInstance } from 'fastify'
import { coreErrors } from '../../errors.ts'

/**
 * Requests that a node has taken and not answered. Each may hold a body, a connection of the database or a place in a
 * lane's queue; what comes beyond it is refused while that is still quick, whatever it is that the others wait for. Whether
 * the node lives is answered all the same: who asks would else restart it in the middle of its work.
 */
export function boundInFlight(app: FastifyInstance, max: number): void {
  let inFlight = 0
  app.addHook('onRequest', (request, reply, done) => {
    if (inFlight >= max && request.routeOptions.config?.action !== 'host.probe')
      throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 2 })
    inFlight += 1
    let isIn = true
    const leave = () => {
      if (!isIn) return
      isIn = false
      inFlight -= 1
    }
    reply.raw.once('close', leave)
    request.raw.once('close', () => {
      // Of a request in a pipeline whose body never came there is no response that could be closed.
      if (!request.raw.complete) leave()
    })
    done()
  })
}
