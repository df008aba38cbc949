import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { filesIn } from './packed-fixture.ts'

const root = join(import.meta.dirname, '../../..')
const source = join(root, 'plugins/console')
const store = join(root, '.tap/packed')
const BUILD_MS = 300_000

/** Its name, and what a host that lets it in is started with. */
export const consolePlugin = '@signalbox/console'
export const consoleEnvironment = { SIGNALBOX_TRUSTED: `${consolePlugin}=operator` }

/**
 * The folder of the console, built and packed, once for the same sources. Nobody may write there: other files read it at the
 * same time.
 */
export async function packedConsole(): Promise<string> {
  const folder = join(store, `console-${await fingerprint()}`)
  const isThere = await access(folder).then(
    () => true,
    () => false,
  )
  if (isThere) return folder
  const draft = join(store, `.${randomUUID()}`)
  await mkdir(draft, { recursive: true })
  await cp(source, draft, { recursive: true, filter: (path) => isShipped(relative(source, path)) })
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const words = ['build', 'web', '--outDir', join(draft, 'ui'), '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, [vite, ...words], { cwd: source, timeout: BUILD_MS })
  const { packPlugin } = await import('@signalbox/sdk/pack')
  await packPlugin(draft)
  // Another process may have been quicker, with the same bytes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')))
  for (const folder of [source, join(root, 'sdk/src')]) {
    for (const path of (await filesIn(folder)).filter(isSource)) {
      hash.update(`${path}\n`).update(await readFile(join(folder, path)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function isSource(path: string): boolean {
  return !/^(dist|node_modules|ui|test)(\/|$)/.test(path)
}

/** The page itself is built from what stays behind. */
function isShipped(path: string): boolean {
  return isSource(path) && !/^web(\/|$)/.test(path)
}
