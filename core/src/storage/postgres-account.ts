import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Who runs the embedded PostgreSQL: PostgreSQL refuses to run as root. */
export interface PostgresAccount {
  readonly uid: number
  readonly gid: number
}

/** The ids that Linux distributions give `nobody`, for a machine without /etc/passwd. */
const fallback: PostgresAccount = { uid: 65534, gid: 65534 }

/** `nobody` when this process is root, undefined (this very user) otherwise. */
export async function postgresAccount(): Promise<PostgresAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const entry = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(passwd)
  if (!entry) return fallback
  // macOS writes -2 for 4294967294.
  return { uid: Number(entry[1]) >>> 0, gid: Number(entry[2]) >>> 0 }
}

/** Whether a stranger may walk to `path`: every folder above it lets everyone through (a project in /root does not). */
export async function isReachableByAll(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const mode = (await stat(folder)).mode
    if ((mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
