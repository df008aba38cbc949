import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'
import { runNpm } from './npm-run.ts'

/** What an error shows of npm's words. */
const SHOWN_OUTPUT = 4000

/**
 * Publishes a folder with stock npm, as an author would.
 * @param token stands in a file of mode 0600 for as long as npm runs: arguments can be seen by every user.
 */
export async function npmPublish(folder: string, registry: string, token: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'signalbox-publish-'))
  try {
    const userconfig = join(scratch, 'npmrc')
    const host = registry.replace(/^https?:/, '')
    await writeFile(userconfig, `${host}:_authToken=${token}\n`, { mode: 0o600 })
    const words = ['publish', '--registry', registry, '--userconfig', userconfig]
    const { code, stdout, stderr } = await runNpm(
      [...words, '--cache', join(scratch, 'cache')],
      folder,
    )
    if (code === 0) return
    const output = (stdout + stderr).trim().slice(-SHOWN_OUTPUT)
    throw coreErrors.create('NPM_PUBLISH_FAILED', { folder, output })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
