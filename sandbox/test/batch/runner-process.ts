import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { udfBundle } from './batch-fixture.ts'

const program = fileURLToPath(new URL('../../bin/signalbox-udf.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'signalbox-udf-'))
const bundle = join(folder, 'plugin.js')
writeFileSync(
  bundle,
  udfBundle(`
    margin: scalar({ args: ['f64', 'f64'], returns: 'f64' }, (price, cost) => price - cost),
    label: scalar({ args: ['utf8', 'i64'], returns: 'utf8' }, (name, n) => name + '#' + n),
    picky: scalar({ args: ['f64'], returns: 'f64' }, (value) => {
      if (value > 2) throw new Refusal('TOO_MUCH', 'At most 2')
      return value
    }),
    slow: scalar({ args: ['f64'], returns: 'f64' }, () => { for (;;); }),
  `),
)
export function removeBundle(): void {
  rmSync(folder, { recursive: true })
}

interface Ended {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** The runner as a query engine starts it. */
export function start(udf: string, ...more: readonly string[]) {
  const args = [program, '--bundle', bundle, '--udf', udf, '--threads', '1', ...more]
  const child = spawn(process.execPath, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  // It may have refused before it has read everything.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }))
  })
  return { child, ended }
}

export function run(input: Uint8Array, udf: string, ...more: readonly string[]): Promise<Ended> {
  const { child, ended } = start(udf, ...more)
  child.stdin.end(input)
  return ended
}
