import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coreErrors } from '../errors.ts'

/** A publish packs, uploads and waits for the checks; a minute means that something hangs. */
const TIMEOUT_MS = 60_000

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
    // npm_config_… of an outer npm run (a prefix, a workspace) must not lead this one elsewhere.
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^npm_(config|package|lifecycle)_/i.test(name),
      ),
    )
    await runNpm([...words, '--cache', join(scratch, 'cache')], folder, environment)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function runNpm(
  words: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  // Under `npm start` this is the very npm that runs us; elsewhere the one on the path.
  const script = process.env.npm_execpath
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const child = spawn(command, [...first, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-4000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw coreErrors.create('NPM_PUBLISH_FAILED', { folder, output: output.trim() })
}
