import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, realpath, stat, unlink } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { CLAIM_FILE, claimFolder } from './folder-claim.ts'
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
  const release = process.platform === 'linux' ? await claimFolder(path) : await claimBySocket(path)
  return Object.freeze({
    path,
    readOrCreateSecret: async (name: string) => (await keptSecret(join(path, name))).value,
    keptSecret: (name: string) => keptSecret(join(path, name)),
    release,
  })
}

async function makePrivateFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = await realpath(folder)
    const found = await stat(path)
    if (!found.isDirectory()) throw new Error('it is not a folder')
    const strangers = strangersAmong(await readdir(path))
    const isShared = (found.mode & 0o1002) === 0o1002
    if (isShared || strangers.length > 0) {
      const why = isShared ? 'everyone may write to it' : `it holds ${strangers.join(', ')}`
      throw new Error(`${why}, so it is not a folder of Signalbox; name a new or an empty one`)
    }
    // 0711 stays: root's PostgreSQL runs as another account and has to walk through.
    if ((found.mode & 0o066) !== 0) await chmod(path, found.mode & 0o7711)
    return path
  } catch (cause) {
    const reason = (cause as Error).message
    throw coreErrors.create('DATA_FOLDER_UNUSABLE', { folder, reason }, { cause })
  }
}

/** What a host puts into its folder; one of them is enough to know the folder by. */
const ownFiles = [
  CLAIM_FILE,
  'admin-token',
  'audit',
  'demo-key',
  'exports',
  'host-key',
  'node-id',
  'postgres',
  'postgres-password',
  'postgres-place',
  'resources',
  'trusted',
]

/** A few of what else is there, when nothing shows that the folder is ours. Its mode is then not ours to change. */
function strangersAmong(files: readonly string[]): readonly string[] {
  if (ownFiles.some((file) => files.includes(file))) return []
  // A new file system has its own folder; drafts and sockets are of a host that starts at this moment.
  const others = files.filter((file) => !/^(lost\+found|host-\w+\.sock|\..+\.draft)$/.test(file))
  return others.slice(0, 3)
}

/**
 * Where there are no PID namespaces a listening socket in the temporary folder is the lock: the kernel closes
 * it with the process, kill -9 included, and one that nobody answers on is left over and taken.
 */
async function claimBySocket(path: string): Promise<() => Promise<void>> {
  const name = `signalbox-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  const address = join(tmpdir(), `${name}.sock`)
  const inUse = (cause: unknown) =>
    coreErrors.create('DATA_FOLDER_IN_USE', { folder: path, who: '?', file: address }, { cause })
  try {
    return await listen(address)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (await answers(address)) throw inUse(error)
  }
  await unlink(address)
  try {
    return await listen(address)
  } catch (error) {
    throw inUse(error)
  }
}

function listen(address: string): Promise<() => Promise<void>> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', fail)
    server.listen(address, () => {
      // The lock alone never keeps a process alive that has nothing else to do.
      server.unref()
      done(() => new Promise<void>((closed) => server.close(() => closed())))
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
