import fastify from 'fastify'

/** What a trusted version would be as a Fastify plugin on a unix socket: the no-op, logger off, and nothing else. */
const [, , path = ''] = process.argv
const app = fastify({ logger: false })
app.post('/noop', async () => ({ ok: true }))
await app.listen({ path })
process.send?.('ready')
process.on('disconnect', () => process.exit(0))
