import { createRequire } from 'node:module'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'

/**
 * Verdaccio as it is made to run inside a program, by its documented `runServer`.
 * @param process.argv[2] the folder that it is installed in, with its config.yaml
 */
const folder = process.argv[2] ?? ''
const { runServer } = createRequire(join(folder, 'package.json'))('verdaccio') as {
  runServer(configFile: string): Promise<Server>
}
const server = await runServer(join(folder, 'config.yaml'))
server.listen({ host: '127.0.0.1', port: 0 }, async () => {
  const { port } = server.address() as AddressInfo
  const registry = `http://127.0.0.1:${port}/`
  process.send?.({ registry, token: await signUp(registry) })
})
process.on('message', () =>
  process.send?.({ ...process.cpuUsage(), rss: process.memoryUsage.rss() }),
)
process.on('disconnect', () => process.exit(0))

/** As `npm adduser --auth-type=legacy` does. */
async function signUp(registry: string): Promise<string> {
  const user = { name: 'bench', password: 'the-password-of-the-bench', type: 'user', roles: [] }
  const answer = await fetch(`${registry}-/user/org.couchdb.user:bench`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...user, _id: 'org.couchdb.user:bench' }),
  })
  if (!answer.ok) throw new Error(`Verdaccio made no account: ${answer.status}`)
  return ((await answer.json()) as { token: string }).token
}
