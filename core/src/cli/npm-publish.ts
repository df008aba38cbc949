import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { runNpm } from './run-npm.ts'

/** A publish packs, uploads and waits for the checks and trials, which end within a minute or so. */
const TIMEOUT_MS = 120_000

/**
 * Publishes a folder with stock npm, as an author would.
 * @param more words for npm
 * @param token stands in a file of mode 0600 for as long as npm runs: arguments can be seen by every user.
 */
export async function npmPublish(
  folder: string,
  registry: string,
  token: string,
  more: readonly string[] = [],
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'signalbox-publish-'))
  try {
    const userconfig = join(scratch, 'npmrc')
    const host = registry.replace(/^https?:/, '')
    await writeFile(userconfig, `${host}:_authToken=${token}\n`, { mode: 0o600 })
    const words = ['publish', ...more, '--registry', registry, '--userconfig', userconfig]
    const { isOk, output } = await runNpm(
      [...words, '--cache', join(scratch, 'cache')],
      folder,
      TIMEOUT_MS,
    )
    if (!isOk) throw coreErrors.create('NPM_PUBLISH_FAILED', { folder, output })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
