import { createHash, randomUUID } from 'node:crypto'
import { access, cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const fixtures = join(root, 'core/test/fixtures')
/** Packed plugins stay here for other files and later runs, named by what they were made of. */
const store = join(root, '.tap/packed')

/**
 * The folder of a fixture as `signalbox pack` leaves it, packed only when nobody has packed the same sources
 * with the same SDK before. Nobody may write there: other files read it at the same time.
 */
export async function packedFixture(fixture: string): Promise<string> {
  const source = join(fixtures, fixture)
  const folder = join(store, `${fixture}-${await fingerprintOf(source)}`)
  if (await isThere(folder)) return folder
  const draft = join(store, `.${randomUUID()}`)
  await mkdir(store, { recursive: true })
  await cp(source, draft, { recursive: true, filter: (path) => isSource(relative(source, path)) })
  // Loaded only here: it costs more than all else of a test file.
  const { packPlugin } = await import('@signalbox/sdk/pack')
  await packPlugin(draft)
  // Another process may have been quicker, with the same bytes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}

/** The regular files of a folder, by their paths in it, in order. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** All that the packed bytes come from: the plugin's sources, those of the SDK, the versions of packages. */
async function fingerprintOf(source: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')))
  for (const folder of [source, join(root, 'sdk/src')]) {
    for (const path of (await filesIn(folder)).filter(isSource)) {
      hash.update(`${path}\n`).update(await readFile(join(folder, path)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function isSource(path: string): boolean {
  return !/^(dist|node_modules)(\/|$)/.test(path)
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
