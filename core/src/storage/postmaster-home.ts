import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { askFolderSocket } from './folder-socket.ts'
import { distanceOf, type Machine, thisMachine } from './machine.ts'
import { readPostmaster, socketOf } from './postmaster.ts'

/** Says where the server was started that `postmaster.pid` tells of: a process id means nothing elsewhere. */
const HOME_FILE = 'postmaster-home.json'

/** To be called before a server of this cluster is started. */
export async function rememberHome(folder: string): Promise<void> {
  if (process.platform !== 'linux') return
  const file = join(folder, HOME_FILE)
  await writeFile(`${file}.draft`, JSON.stringify(await thisMachine()), { mode: 0o600 })
  await rename(`${file}.draft`, file)
}

/**
 * A second server on the same files would destroy them, and PostgreSQL's own guard is that process id.
 * @throws CORE_POSTGRES_START_FAILED when a server may still run in another container or on another machine.
 */
export async function refuseServerElsewhere(folder: string, data: string): Promise<void> {
  const postmaster = await readPostmaster(data)
  const home = postmaster && (await readHome(folder))
  if (!home) return
  const distance = distanceOf(home, await thisMachine())
  if (distance === 'here' || distance === 'before a restart') return
  if (distance === 'another namespace') {
    if ((await askFolderSocket(data, socketOf(postmaster))) === 'dead') return
  }
  const file = join(data, 'postmaster.pid')
  const reason = `a server of ${distance} may still run on it; only if that is really gone, remove ${file}`
  throw coreErrors.create('POSTGRES_START_FAILED', { folder, reason })
}

async function readHome(folder: string): Promise<Machine | undefined> {
  const text = await readFile(join(folder, HOME_FILE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
