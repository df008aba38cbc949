import { type FileHandle, open } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'

/**
 * A socket file in a folder. Whoever reaches the folder on this machine can ask whether its process lives,
 * containers included, and the kernel answers. Linux only: its path goes through /proc/self/fd, as a
 * folder's own path may be longer than the 107 bytes a socket's may have.
 */
export interface FolderSocket {
  close(): Promise<void>
}

export async function listenInFolder(folder: string, name: string): Promise<FolderSocket> {
  // Open for as long as the socket: closing it removes its file by the same path.
  const handle = await open(folder)
  const server = createServer((socket) => socket.destroy())
  try {
    await new Promise<void>((done, fail) =>
      server.once('error', fail).listen(pathOf(handle, name), done),
    )
  } catch (error) {
    await handle.close()
    throw error
  }
  // The socket alone never keeps a process alive that has nothing else to do.
  server.unref()
  return {
    close: async () => {
      await new Promise((done) => server.close(done))
      await handle.close()
    },
  }
}

/** 'missing': there is no such socket, which tells nothing. */
export async function askFolderSocket(
  folder: string,
  name: string,
): Promise<'alive' | 'dead' | 'missing'> {
  const handle = await open(folder)
  try {
    return await new Promise((done) => {
      const socket = createConnection(pathOf(handle, name))
      socket.once('connect', () => {
        socket.destroy()
        done('alive')
      })
      socket.once('error', ({ code }: NodeJS.ErrnoException) => {
        if (code === 'ENOENT') done('missing')
        // Anything else but a refusal, such as a full queue, is a sign of life.
        else done(code === 'ECONNREFUSED' ? 'dead' : 'alive')
      })
    })
  } finally {
    await handle.close()
  }
}

function pathOf(handle: FileHandle, name: string): string {
  return `/proc/self/fd/${handle.fd}/${name}`
}
