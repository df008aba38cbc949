import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A receiver of traces that takes whatever comes, as a process of its own. */
const server = createServer((request, response) => {
  request
    .resume()
    .once('end', () => response.setHeader('content-type', 'application/json').end('{}'))
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ url: `http://127.0.0.1:${port}` })
})
process.on('disconnect', () => process.exit(0))
