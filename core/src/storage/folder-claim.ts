import { randomBytes } from 'node:crypto'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { askFolderSocket, type FolderSocket, listenInFolder } from './folder-socket.ts'
import { distanceOf, type Machine, thisMachine } from './machine.ts'

export const CLAIM_FILE = 'host.lock'

interface Claim extends Machine {
  readonly pid: number
  /** Clock ticks since the boot (proc(5), stat 22): a number that was given away again is told by it. */
  readonly started: string
  /** Null where the file system holds no sockets. */
  readonly socket: string | null
}

/**
 * Claims a folder on Linux by a file in it that says who holds it. The file outlives a kill -9, the claim
 * does not: the kernel is asked whether its process is alive.
 *
 *   written here                   ──▶ the process and its start time
 *   in another PID namespace       ──▶ the claim's socket in the folder
 *   here before a restart          ──▶ dead
 *   on another machine             ──▶ cannot be known: respected until someone removes the file
 *
 * @throws CORE_DATA_FOLDER_IN_USE
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, CLAIM_FILE)
  const here = await thisMachine()
  await removeDead(folder, here)
  const name = `host-${randomBytes(6).toString('hex')}.sock`
  const socket = await listenInFolder(folder, name).catch(() => undefined)
  const started = (await startOf(process.pid)) ?? ''
  const claim: Claim = { ...here, pid: process.pid, started, socket: socket ? name : null }
  const text = `${JSON.stringify(claim)}\n`
  const draft = join(folder, `.${name}.draft`)
  await writeFile(draft, text, { mode: 0o600 })
  try {
    // Fails when the name is taken, and the file appears whole.
    await link(draft, file)
  } catch (error) {
    await socket?.close()
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw inUse(folder)
  } finally {
    await unlink(draft)
  }
  return () => release(file, text, socket)
}

async function release(file: string, text: string, socket: FolderSocket | undefined) {
  if ((await readIfPresent(file)) === text) await unlink(file)
  await socket?.close()
}

async function removeDead(folder: string, here: Machine): Promise<void> {
  const file = join(folder, CLAIM_FILE)
  const text = await readIfPresent(file)
  if (text === undefined) return
  const claim = parse(text)
  if (!claim || (await isHeld(folder, claim, here))) throw inUse(folder, file, claim)
  // Moved away before it is removed: another host may have put its own there since we looked.
  const aside = join(folder, `.${CLAIM_FILE}-${randomBytes(6).toString('hex')}.draft`)
  await rename(file, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw inUse(folder)
    throw error
  })
  const isOther = (await readFile(aside, 'utf8')) !== text
  if (isOther) await link(aside, file)
  await unlink(aside)
  if (isOther) throw inUse(folder)
  if (claim.socket) await unlink(join(folder, claim.socket)).catch(() => undefined)
}

async function isHeld(folder: string, claim: Claim, here: Machine): Promise<boolean> {
  switch (distanceOf(claim, here)) {
    case 'here':
      return (await startOf(claim.pid)) === claim.started
    case 'another namespace':
      return claim.socket === null || (await askFolderSocket(folder, claim.socket)) !== 'dead'
    case 'before a restart':
      return false
    case 'another machine':
      return true
  }
}

/** Field 22; the second one, the program's name, may hold blanks and parentheses. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie holds nothing any more.
  return fields?.[0] === 'Z' ? undefined : fields?.[19]
}

function parse(text: string): Claim | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

function inUse(folder: string, file = join(folder, CLAIM_FILE), claim?: Claim) {
  const who = claim ? `pid ${claim.pid}, ${claim.name || '?'}` : '?'
  return coreErrors.create('DATA_FOLDER_IN_USE', { folder, who, file })
}
