import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Teardown } from './host-process.ts'

/**
 * An address that is known before the host behind it has started: what browsers reach it by has to be told to it, and
 * its port is chosen as it starts.
 */
export class FrontDoor {
  /** With a name: what belongs to a site, such as a passkey, belongs to none that is a number. */
  readonly origin: string
  #port = 0

  private constructor(origin: string) {
    this.origin = origin
  }

  static async open(t: Teardown): Promise<FrontDoor> {
    const sockets = new Set<Socket>()
    const server = createServer((incoming) => {
      const inside = connect(door.#port, '127.0.0.1')
      for (const [from, to] of [
        [incoming, inside],
        [inside, incoming],
      ] as const) {
        sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
        from.pipe(to)
      }
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const door = new FrontDoor(`http://localhost:${(server.address() as AddressInfo).port}`)
    t.teardown(async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    })
    return door
  }

  leadTo(url: string): void {
    this.#port = Number(new URL(url).port)
  }
}
