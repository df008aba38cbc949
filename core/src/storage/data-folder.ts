import { createHash } from 'node:crypto'
import { chmod, mkdir, realpath, stat, unlink } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { type KeptSecret, keptSecret } from './secret-file.ts'

/** Where one host keeps what is its own: secrets, the embedded PostgreSQL, caches. Nobody else may list it. */
export interface DataFolder {
  /** The real path: the same folder has one name however it was reached. */
  readonly path: string
  readOrCreateSecret(name: string): Promise<string>
  /** The same secret, and whether this call made it. */
  keptSecret(name: string): Promise<KeptSecret>
  /** Gives the folder back to a next host. */
  release(): Promise<void>
}

/**
 * Makes the folder if it is missing and claims it for this process.
 * @throws CORE_DATA_FOLDER_IN_USE while another living process holds it.
 * @throws CORE_DATA_FOLDER_UNUSABLE when it cannot be made, is no folder, or belongs to someone else.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = await makePrivateFolder(folder)
  const lock = await claim(path)
  return Object.freeze({
    path,
    readOrCreateSecret: async (name: string) => (await keptSecret(join(path, name))).value,
    keptSecret: (name: string) => keptSecret(join(path, name)),
    release: () => new Promise<void>((done) => lock.close(() => done())),
  })
}

async function makePrivateFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = await realpath(folder)
    const found = await stat(path)
    if (!found.isDirectory()) throw new Error('it is not a folder')
    // 0711 stays: root's PostgreSQL runs as another account and has to walk through.
    if ((found.mode & 0o066) !== 0) await chmod(path, found.mode & 0o711)
    return path
  } catch (cause) {
    const reason = (cause as Error).message
    throw coreErrors.create('DATA_FOLDER_UNUSABLE', { folder, reason }, { cause })
  }
}

/**
 * A listening socket is the lock: the kernel closes it with the process, kill -9 included, so there is
 * never a stale lock to argue about. On Linux it has an abstract name (no file at all); elsewhere it is a
 * socket file in the temporary folder, and one that nobody answers on is left over and taken.
 */
async function claim(path: string): Promise<Server> {
  const name = `signalbox-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
  const inUse = (cause: unknown) =>
    coreErrors.create('DATA_FOLDER_IN_USE', { folder: path }, { cause })
  try {
    return await listen(address)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (address.startsWith('\0') || (await answers(address))) throw inUse(error)
  }
  await unlink(address)
  try {
    return await listen(address)
  } catch (error) {
    throw inUse(error)
  }
}

function listen(address: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', fail)
    server.listen(address, () => {
      // The lock alone never keeps a process alive that has nothing else to do.
      server.unref()
      done(server)
    })
  })
}

function answers(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(address)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
