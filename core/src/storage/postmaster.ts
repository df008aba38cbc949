import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

/** What a running server writes into its `postmaster.pid` (PostgreSQL's pidfile.h: one fact a line). */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined)
  const lines = text?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
}

/** Its name in the data folder. PostgreSQL keeps a lock beside it, with the process id once more. */
export function socketOf({ port }: Postmaster): string {
  return `.s.PGSQL.${port}`
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A process that ended before the signal came is what was wanted. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Whether the living process `pid` serves this data folder, and is not a stranger that was given the number
 * of a server that died: after a restart of a container low numbers come back soon.
 */
export async function servesData(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') return (await workingFolder(pid)) === (await realpath(data))
  const listed = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(
    () => ({
      stdout: '',
    }),
  )
  return listed.stdout.includes(data)
}

/**
 * Server processes that outlived their postmaster and still hold its shared memory, which keeps a new
 * server from starting. Most end by themselves; one in the middle of a long computation would not.
 * Known on Linux only; elsewhere the list is empty and the start is tried again until they are gone.
 */
export async function orphanedBackends(data: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return []
  const folder = await realpath(data)
  const orphans: number[] = []
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || (await workingFolder(pid)) !== folder) continue
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
    // Linux adds " (deleted)" once npm has replaced the file.
    if (basename(program.replace(/ \(deleted\)$/, '')) === 'postgres') orphans.push(pid)
  }
  return orphans
}

function workingFolder(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/cwd`).catch(() => '')
}
