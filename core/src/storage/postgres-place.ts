import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { isReachableByAll, type PostgresAccount } from './postgres-account.ts'

/** Where an embedded PostgreSQL keeps its cluster, and where its programs may be copied to. */
export interface PostgresPlace {
  readonly folder: string
  readonly copies: string | undefined
}

/** Where services keep their state on every Unix (Filesystem Hierarchy Standard 3.0, §5.8). */
const SYSTEM_STATE = '/var/lib/signalbox'
const POINTER = 'postgres-place'

/**
 * A normal user's cluster lives in the data folder. Root's cannot: the data folder is private to root and
 * often below /root, where the account that PostgreSQL runs as cannot go. It lives in a place under
 * /var/lib that a pointer file in the data folder names, so that it is found again after the folder moved.
 */
export async function postgresPlace(
  dataFolder: string,
  account: PostgresAccount | undefined,
  systemState = SYSTEM_STATE,
): Promise<PostgresPlace> {
  if (account === undefined) {
    const folder = join(dataFolder, 'postgres')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return { folder, copies: undefined }
  }
  const pointer = join(dataFolder, POINTER)
  const known = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  const folder = known || join(systemState, nameFor(dataFolder))
  try {
    await mkdir(systemState, { recursive: true, mode: 0o755 })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chown(folder, account.uid, account.gid)
    await chmod(folder, 0o700)
  } catch (cause) {
    throw unusable(folder, (cause as Error).message, cause)
  }
  if (!(await isReachableByAll(folder))) {
    throw unusable(folder, 'a folder above it is closed to the account that PostgreSQL runs as')
  }
  if (!known) await writeWhole(pointer, `${folder}\n`)
  return { folder, copies: systemState }
}

/** Two data folders never share a cluster, and the same one always finds its own. */
function nameFor(dataFolder: string): string {
  return createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.draft`, text, { mode: 0o600 })
  await rename(`${file}.draft`, file)
}

function unusable(folder: string, reason: string, cause?: unknown) {
  return coreErrors.create('DATA_FOLDER_UNUSABLE', { folder, reason }, { cause })
}
