import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contract } from '@signalbox/sdk/contract'
import fastify from 'fastify'

/** The floor: Fastify with the same body, schema and answer, logger off, and nothing else. */
const file = join(import.meta.dirname, 'noop-plugin/contracts/bench.noop.json')
const contract = JSON.parse(await readFile(file, 'utf8')) as Contract
const operation = contract.operations.run
const app = fastify({ logger: false })
app.post(
  '/run',
  { schema: { body: operation?.input, response: { 200: operation?.output } } },
  async () => ({ ok: true }),
)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url })
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit(0))
