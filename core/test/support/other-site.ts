import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from './host-process.ts'

/** A site that is not the host's, with one page. @returns its origin */
export async function otherSite(t: Teardown, name: '127.0.0.1' | 'localhost' = '127.0.0.1') {
  const server = createServer((_request, response) => {
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end('<!doctype html><title>Other</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `http://${name}:${(server.address() as AddressInfo).port}`
}
