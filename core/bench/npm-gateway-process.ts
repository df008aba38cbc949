import { createHash } from 'node:crypto'
import proxy from '@fastify/http-proxy'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance } from 'fastify'

/**
 * A gateway as it is put together from npm: a key, a limit by key, RateLimit headers, and a proxy to what answers. No
 * contract, no version, no metering, no audit.
 * @param process.argv[2] URL of what answers
 */
const upstream = process.argv[2] ?? ''
const key = 'key-of-the-bench'
const apps = new Map([[createHash('sha256').update(key).digest('hex'), 'bench']])

async function limited(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    const secret = request.headers.authorization?.slice('Bearer '.length) ?? ''
    const app = apps.get(createHash('sha256').update(secret).digest('hex'))
    if (app === undefined) return reply.code(401).send({ error: 'unauthorized' })
    Reflect.set(request.raw, 'app', app)
  })
  await app.register(rateLimit, {
    max: 100_000_000,
    timeWindow: '1 minute',
    enableDraftSpec: true,
    keyGenerator: (request) => String(Reflect.get(request.raw, 'app')),
  })
}

const gateway = fastify({ logger: false })
await limited(gateway)
await gateway.register(proxy, { upstream, undici: { connections: 32, pipelining: 1 } })
const url = await gateway.listen({ host: '127.0.0.1', port: 0 })

/** The same key and limit before a handler of its own: what they cost without a second process. */
const own = fastify({ logger: false })
await limited(own)
own.post('/run', async () => ({ ok: true }))
const ownUrl = await own.listen({ host: '127.0.0.1', port: 0 })

process.send?.({ url, ownUrl, key })
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit(0))
