import { spawn } from 'node:child_process'

/** Packing, and a publish with its checks; a minute means that something hangs. */
const TIMEOUT_MS = 60_000

/** More than npm says of any package; what is longer is cut at its beginning. */
const MAX_OUTPUT = 4 * 1024 * 1024

export interface NpmRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs stock npm in a folder: under `npm start` the very one that runs us, elsewhere the one on the path. */
export async function runNpm(words: readonly string[], folder: string): Promise<NpmRun> {
  const script = process.env.npm_execpath
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  // npm_config_… of an outer npm run (a prefix, a workspace) must not lead this one elsewhere.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name)),
  )
  const child = spawn(command, [...first, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-MAX_OUTPUT)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, ...output }
}
