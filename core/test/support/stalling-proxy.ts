import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Teardown } from './host-process.ts'

/**
 * Stands between a host and PostgreSQL, and can stop to forward: to both it looks like a network that swallows
 * packets, so that nothing is refused and nothing answers, until it goes on.
 */
export class StallingProxy {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isStalled = false

  private constructor(url: string, server: Server, sockets: Set<Socket>) {
    this.url = url
    this.#server = server
    this.#sockets = sockets
  }

  /** @param databaseUrl of PostgreSQL; the proxy's `url` differs in host and port only */
  static async start(t: Teardown, databaseUrl: string): Promise<StallingProxy> {
    const url = new URL(databaseUrl)
    const folder = url.searchParams.get('host')
    const port = Number(url.port || url.searchParams.get('port') || 5432)
    const dial = () =>
      folder === null
        ? connect({ host: url.hostname, port })
        : connect({ path: join(folder, `.s.PGSQL.${port}`) })
    const sockets = new Set<Socket>()
    const server = createServer((near) => {
      const far = dial()
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.on('data', (bytes) => to.write(bytes))
        from.on('error', () => to.destroy())
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
        if (proxy.#isStalled) from.pause()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: ownPort } = server.address() as { port: number }
    const own = new URL(databaseUrl)
    own.searchParams.delete('host')
    own.searchParams.delete('port')
    own.host = `127.0.0.1:${ownPort}`
    const proxy = new StallingProxy(own.href, server, sockets)
    t.teardown(() => proxy.#stop())
    return proxy
  }

  stall(): void {
    this.#isStalled = true
    for (const socket of this.#sockets) socket.pause()
  }

  resume(): void {
    this.#isStalled = false
    for (const socket of this.#sockets) socket.resume()
  }

  async #stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
