import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'

/** One file of a package, as the host recorded it when it was installed. */
export interface PackageFile {
  readonly path: string
  /** Hexadecimal. */
  readonly sha256: string
}

type ReadContent = (sha256: string) => Promise<Buffer | undefined>

const DRAFT = '.draft-'

/** A folder's name says what is in it: the same files have the same one, and other files never do. */
export function versionFolderName(
  plugin: string,
  version: string,
  files: readonly PackageFile[],
): string {
  const hash = createHash('sha256')
  for (const { path, sha256 } of inOrder(files)) hash.update(`${sha256} ${path}\n`)
  return `${versionFolderPrefix(plugin, version)}${hash.digest('hex').slice(0, 32)}`
}

/** What the names of all folders of a version begin with. */
export function versionFolderPrefix(plugin: string, version: string): string {
  return `${plugin.replace('/', '+')}@${version}-`
}

/**
 * The files of one version on this node's disk: made whole or not at all, and looked at byte by byte before each
 * start. What is not exactly the package is made again. Files are read-only; folders are not, or who owns the data
 * folder could not remove it.
 *
 * @param root the folder of all versions, mode 0700
 * @returns its path
 */
export async function verifiedFolder(
  root: string,
  name: string,
  files: readonly PackageFile[],
  read: ReadContent,
): Promise<string> {
  const folder = join(root, name)
  if (await holdsExactly(folder, files)) return folder
  await mkdir(root, { recursive: true, mode: 0o700 })
  await removeFolder(folder)
  await make(root, folder, files, read)
  return folder
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Folders that no version here needs, drafts that a killed host left behind among them. */
export async function removeOthers(root: string, isKept: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    if (!isKept(name)) await removeFolder(join(root, name))
  }
}

async function make(
  root: string,
  folder: string,
  files: readonly PackageFile[],
  read: ReadContent,
): Promise<void> {
  const draft = await mkdtemp(join(root, DRAFT))
  try {
    for (const { path, sha256 } of files) {
      const place = join(draft, path)
      if (normalize(path) !== path || !place.startsWith(`${draft}/`)) {
        throw new Error(`${path} is no path inside a package`)
      }
      const bytes = await read(sha256)
      if (bytes === undefined) throw new Error(`the content store has no ${sha256}`)
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      await writeDurably(place, bytes)
    }
    if (!(await holdsExactly(draft, files))) throw new Error('its files are not what was installed')
    await rename(draft, folder)
  } catch (error) {
    await removeFolder(draft)
    throw error
  }
}

async function writeDurably(place: string, bytes: Buffer): Promise<void> {
  const file = await open(place, 'wx', 0o400)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** No file more, none less, each with its bytes; a link is never a file. */
async function holdsExactly(folder: string, files: readonly PackageFile[]): Promise<boolean> {
  const found = await entriesOf(folder)
  const there = found.filter(({ isFolder }) => !isFolder).map(({ path }) => path)
  const expected = new Map(files.map(({ path, sha256 }) => [path, sha256]))
  if (there.length !== expected.size) return false
  for (const path of there) {
    const isFile = (await lstat(join(folder, path))).isFile()
    if (!isFile || (await sha256Of(join(folder, path))) !== expected.get(path)) return false
  }
  return true
}

/** In pieces: a package may have 64 MiB, and the host answers others meanwhile. */
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** All that is in a folder, by path below it, a folder before what it holds; the folder itself is ''. */
async function entriesOf(folder: string): Promise<{ path: string; isFolder: boolean }[]> {
  const own = await lstat(folder).catch(() => undefined)
  if (own === undefined || !own.isDirectory()) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const below = entries.map((entry) => ({
    path: join(entry.parentPath, entry.name).slice(folder.length + 1),
    isFolder: entry.isDirectory(),
  }))
  return [{ path: '', isFolder: true }, ...below]
}

function inOrder(files: readonly PackageFile[]): PackageFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
}
