import fastify, { type FastifyInstance } from 'fastify'
import ivm from 'isolated-vm'
import { Sandbox } from '../src/index.ts'
import { priceOf } from './order-handler.ts'
import { orderCall, priceHandler } from './order-plugin.ts'

/**
 * One Fastify route in a process of its own, its handler behind the wall that the argument names. No schema, no
 * logger anywhere; what is behind a wall gets and gives the body as the text it is, as the gateway would.
 */
const walls: Record<string, (app: FastifyInstance) => Promise<void>> = {
  async native(app) {
    app.post('/price', async (request) => priceOf(request.body))
  },

  async isolate(app) {
    const isolate = new ivm.Isolate({ memoryLimit: 64 })
    const context = await isolate.createContext()
    const source = `(text) => JSON.stringify((${priceHandler})(JSON.parse(text)))`
    const handler = await context.eval(source, { reference: true })
    takeText(app)
    app.post('/price', async (request, reply) => {
      reply.type('application/json; charset=utf-8')
      return handler.applySync(undefined, [request.body], { timeout: 200 })
    })
  },

  /** As a host starts it: a lane a core, a standby, every watchdog. */
  async lane(app) {
    const sandbox = await Sandbox.start()
    app.addHook('onClose', () => sandbox.stop())
    const { isolate, ...call } = orderCall('price')
    takeText(app)
    app.post('/price', async (request, reply) => {
      const outcome = await sandbox.call({ ...call, isolate, inputJson: request.body as string })
      if (outcome.kind !== 'ok') return reply.status(500).send(outcome)
      reply.type('application/json; charset=utf-8')
      return outcome.outputJson
    })
  },
}

function takeText(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) =>
    done(null, body),
  )
}

const app = fastify({ logger: false })
await walls[process.argv[2] ?? '']?.(app)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('disconnect', () => void app.close().finally(() => process.exit(0)))
process.send?.(`${url}/price`)
