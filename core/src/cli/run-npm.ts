import { spawn } from 'node:child_process'

export interface NpmRun {
  readonly isOk: boolean
  readonly stdout: string
  /** The last 4,000 characters of what it told, for people. */
  readonly output: string
}

const MAX_OUTPUT = 4000
/** More than npm says of any package: it lists up to some thousand files of one. */
const MAX_STDOUT = 4 * 1024 * 1024

/** Runs stock npm in a folder, as an author would. @param timeoutMs then it is ended. */
export async function runNpm(
  words: readonly string[],
  folder: string,
  timeoutMs: number,
): Promise<NpmRun> {
  // npm_config_… of an outer npm run (a prefix, a workspace) must not lead this one elsewhere.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name)),
  )
  // Under `npm start` this is the very npm that runs us; elsewhere the one on the path.
  const script = process.env.npm_execpath
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const child = spawn(command, [...first, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let stdout = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    stdout = (stdout + chunk.toString('utf8')).slice(-MAX_STDOUT)
    keep(chunk)
  })
  child.stderr.on('data', keep)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { isOk: code === 0, stdout, output: output.trim() }
}
