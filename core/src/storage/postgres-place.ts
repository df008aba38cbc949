import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
 * The cluster lives in the data folder, so that whoever removes the folder removes all of it. Only root's
 * cannot always: PostgreSQL runs as another account, and where a folder above is closed to that account
 * (a project below /root), the cluster lives in a place of its own under /var/lib, which a pointer file in
 * the data folder names.
 */
export async function postgresPlace(
  dataFolder: string,
  account: PostgresAccount | undefined,
  systemState = SYSTEM_STATE,
): Promise<PostgresPlace> {
  const inside = join(dataFolder, 'postgres')
  if (account === undefined) {
    await mkdir(inside, { recursive: true, mode: 0o700 })
    return { folder: inside, copies: undefined }
  }
  const pointer = join(dataFolder, POINTER)
  const known = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  const isInside = !known && (await isReachableByAll(dataFolder))
  const folder = known || (isInside ? inside : join(systemState, randomBytes(8).toString('hex')))
  try {
    // Walked through, never listed: what is secret in the data folder has mode 0600 of its own.
    if (isInside) await chmod(dataFolder, 0o711)
    await mkdir(systemState, { recursive: true, mode: 0o755 })
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chown(folder, account.uid, account.gid)
    await chmod(folder, 0o700)
  } catch (cause) {
    throw unusable(folder, (cause as Error).message, cause)
  }
  if (!(await isReachableByAll(folder))) {
    throw unusable(folder, 'a folder above it is closed to the account that PostgreSQL runs as')
  }
  if (!known && !isInside) await writeWhole(pointer, `${folder}\n`)
  return { folder, copies: systemState }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.draft`, text, { mode: 0o600 })
  await rename(`${file}.draft`, file)
}

function unusable(folder: string, reason: string, cause?: unknown) {
  return coreErrors.create('DATA_FOLDER_UNUSABLE', { folder, reason }, { cause })
}
