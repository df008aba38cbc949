import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { residentMb } from '../process/resident-mb.ts'
import type { ExpectedPackage } from './check-package-json.ts'
import type { PackageLimits } from './package-limits.ts'

const WATCH_MS = 25
/** A package that passes comes back whole, with its list; what is longer is no answer. */
const ANSWER_OVERHEAD_BYTES = 16 * 1024 * 1024
const STDERR_BYTES = 2048

export type ImportRun =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: string }

/** Runs inspect-main.ts on one tarball and ends it when it takes too long or too much. */
export function runImportProcess(
  tarball: Buffer,
  expected: ExpectedPackage,
  limits: PackageLimits,
): Promise<ImportRun> {
  const child = spawn(process.execPath, importArguments(expected, limits), {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  let received = 0
  let stderr = ''
  let killedFor: string | undefined
  const kill = (reason: string) => {
    killedFor ??= reason
    child.kill('SIGKILL')
  }
  const maxAnswer = limits.unpackedBytes + ANSWER_OVERHEAD_BYTES
  const answers = child.stdio[3] as Readable
  answers.on('data', (chunk: Buffer) => {
    received += chunk.length
    chunks.push(chunk)
    if (received > maxAnswer) kill('its answer is too long')
  })
  answers.on('error', () => undefined)
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(0, STDERR_BYTES)
  })
  // The process may end before it has read everything; then its end tells why.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(tarball)
  const startedAt = Date.now()
  const watch = setInterval(() => {
    if (Date.now() - startedAt > limits.deadlineMs) kill(`it took over ${limits.deadlineMs} ms`)
    else if (residentMb(child.pid ?? 0) > limits.residentMb) {
      kill(`it took over ${limits.residentMb} MiB`)
    }
  }, WATCH_MS)
  return new Promise((resolve) => {
    const end = (run: ImportRun) => {
      clearInterval(watch)
      resolve(run)
    }
    child.on('error', (error) => end({ ok: false, reason: error.message }))
    child.on('close', (code, signal) => {
      if (code === 0 && killedFor === undefined) end({ ok: true, bytes: Buffer.concat(chunks) })
      else end({ ok: false, reason: killedFor ?? lastWords(stderr, signal ?? `exit code ${code}`) })
    })
  })
}

/** The line of a crash that names the error; never a stack, which would name files of the host. */
function lastWords(stderr: string, fallback: string): string {
  const line = stderr.split('\n').find((text) => /^\w*Error\b/.test(text))
  return (line ?? fallback).slice(0, 200)
}

function importArguments(expected: ExpectedPackage, limits: PackageLimits): string[] {
  const main = realpathSync(fileURLToPath(new URL('./inspect-main.ts', import.meta.url)))
  return [
    '--no-warnings',
    '--permission',
    ...readableFolders(main).map((path) => `--allow-fs-read=${path}`),
    '--max-old-space-size=256',
    main,
    JSON.stringify({ expected, limits }),
  ]
}

/** Its own sources, the SDK's, and the folder of installed packages: no data folder of a host is in there. */
function readableFolders(main: string): string[] {
  const sandbox = dirname(dirname(dirname(main)))
  const require = createRequire(main)
  const manifest = realpathSync(require.resolve('@signalbox/sdk/manifest'))
  const sdk = dirname(dirname(dirname(manifest)))
  const tar = require.resolve('tar')
  const marker = `${sep}node_modules${sep}`
  const installed = tar.slice(0, tar.indexOf(marker) + marker.length)
  return [
    ...[sandbox, sdk].flatMap((folder) => [
      join(folder, 'src'),
      join(folder, 'package.json'),
      join(folder, 'node_modules'),
    ]),
    installed,
  ]
}
