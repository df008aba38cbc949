import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../../node_modules/npm/bin/npm-cli.js', import.meta.url))

export interface NpmRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Stock npm 11 with a home, cache and configuration of its own. */
export class Npm {
  readonly #home: string
  readonly #registry: string
  readonly #node: readonly string[]

  private constructor(home: string, registry: string, node: readonly string[]) {
    this.#home = home
    this.#registry = registry
    this.#node = node
  }

  /** @param token absent: not logged in. @param node options of Node itself */
  static async at(
    home: string,
    registry: string,
    token?: string,
    node: readonly string[] = [],
  ): Promise<Npm> {
    await mkdir(home, { recursive: true })
    const npm = new Npm(home, registry, node)
    await npm.#configure(token)
    return npm
  }

  /** @param answers what a person types, each when its prompt shows: npm drops what is typed ahead. */
  run(
    args: readonly string[],
    cwd: string = this.#home,
    answers: readonly (readonly [prompt: string, answer: string])[] = [],
    onOutput?: (stdout: string) => void,
  ): Promise<NpmRun> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...this.#node, cli, ...args], {
        cwd,
        // Nothing of the npm that runs the tests may leak into the npm under test.
        env: { PATH: process.env.PATH, HOME: this.#home, CI: 'true', NO_COLOR: '1' },
        stdio: 'pipe',
      })
      const output = { stdout: '', stderr: '' }
      const open = [...answers]
      child.stdout.on('data', (data) => {
        output.stdout += data
        onOutput?.(output.stdout)
        if (open[0] === undefined || !output.stdout.includes(open[0][0])) return
        child.stdin.write(`${open[0][1]}\n`)
        open.shift()
      })
      child.stderr.on('data', (data) => {
        output.stderr += data
      })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, ...output }))
      if (answers.length === 0) child.stdin.end()
    })
  }

  async #configure(token: string | undefined): Promise<void> {
    const lines = [
      `registry=${this.#registry}`,
      'update-notifier=false',
      'fund=false',
      'fetch-retries=0',
      ...(token === undefined
        ? []
        : [`${this.#registry.replace(/^http:/, '')}:_authToken=${token}`]),
    ]
    await writeFile(join(this.#home, '.npmrc'), `${lines.join('\n')}\n`)
  }
}

export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}
