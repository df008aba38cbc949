import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The newest on 2026-11-27; with any other the figures are others. One of its dependencies asks for a tag of node-fetch that is not everywhere. */
const VERSION = '6.10.4'
const manifest = {
  private: true,
  dependencies: { verdaccio: VERSION },
  overrides: { 'node-fetch': '2.7.0' },
}

/**
 * Its own default configuration but for these: nothing is asked of another registry, and bodies are as large as ours may be. As
 * there, everybody reads and whoever has an account publishes.
 */
const config = `storage: ./storage
auth:
  htpasswd:
    file: ./htpasswd
uplinks: {}
packages:
  '@*/*':
    access: $all
    publish: $authenticated
    unpublish: $authenticated
  '**':
    access: $all
    publish: $authenticated
    unpublish: $authenticated
server:
  keepAliveTimeout: 60
max_body_size: 40mb
log:
  type: file
  path: ./log
  level: warn
`

export interface InstalledVerdaccio {
  readonly folder: string
  readonly version: string
  remove(): Promise<void>
}

/** Into a folder of its own, by npm: it is never a dependency of this project. */
export async function installVerdaccio(): Promise<InstalledVerdaccio> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-verdaccio-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(folder, 'config.yaml'), config)
    const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    await promisify(execFile)('npm', words, { cwd: folder, timeout: 300_000 })
    return { folder, version: VERSION, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
