import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildFailure, build, type Message, type Metafile } from 'esbuild'
import type { InputFault } from '../errors/coded-error.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import { guestImports } from './guest-imports.ts'

/** The variable a bundle assigns; the sandbox reads the plugin from its `default`. */
const BUNDLE_GLOBAL = '__signalbox_plugin'

/** 2 MiB: compiled in about 15 ms, and a lane keeps the text of some hundred bundles. */
const MAX_BUNDLE_BYTES = 2 * 1024 * 1024
/** 512 KiB: ten times the forecast plugin. Above it something was most likely imported by mistake. */
const LARGE_BUNDLE_BYTES = 512 * 1024

export interface Bundle {
  readonly code: Uint8Array
  readonly warnings: readonly string[]
}

const ENTRIES = ['src/index.ts', 'src/index.js', 'src/index.mjs'] as const

/** What esbuild only warns of, and a guest fails of when it is called. */
const FATAL_WARNINGS = new Set([
  'empty-import-meta',
  'indirect-require',
  'require-resolve-not-external',
])

/**
 * Bundles a plugin's sources into one script that needs ECMAScript and nothing else. The same sources
 * give the same bytes in any folder: no absolute path, no time, no settings of a tsconfig around it.
 * @throws `SDK_BUNDLE_FAILED`, `SDK_BUNDLE_TOO_LARGE`
 */
export async function bundlePlugin(folder: string, plugin: string): Promise<Bundle> {
  const entry = await findEntry(folder)
  if (entry === undefined) {
    const detail = 'is not there: a plugin begins in src/index.ts or src/index.js'
    throw failed(plugin, [{ at: ENTRIES[0], pointer: '', detail }])
  }
  const { outputFiles, metafile, warnings } = await runEsbuild(folder, plugin, entry)
  const faults = [
    ...warnings.filter(({ id }) => FATAL_WARNINGS.has(id)).map(faultOf),
    ...externals(metafile),
  ]
  if (faults.length > 0) throw failed(plugin, faults)
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const bytes = code.byteLength
  if (bytes > MAX_BUNDLE_BYTES) {
    const parameters = { plugin, bytes, maxBytes: MAX_BUNDLE_BYTES }
    throw sdkErrors.create('BUNDLE_TOO_LARGE', parameters, { faults: largestInputs(metafile) })
  }
  const large =
    bytes > LARGE_BUNDLE_BYTES ? [`the bundle has ${bytes} bytes: look what it imports`] : []
  return { code, warnings: [...warnings.map(({ text }) => text), ...large] }
}

async function findEntry(folder: string): Promise<string | undefined> {
  for (const entry of ENTRIES) {
    const found = await access(join(folder, entry)).then(
      () => true,
      () => false,
    )
    if (found) return entry
  }
  return undefined
}

async function runEsbuild(folder: string, plugin: string, entry: string) {
  try {
    return await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      outfile: 'dist/plugin.js',
      format: 'iife',
      globalName: BUNDLE_GLOBAL,
      platform: 'neutral',
      target: 'es2024',
      // Modules are strict, and esbuild takes that away with their `export`.
      banner: { js: '"use strict";' },
      charset: 'utf8',
      legalComments: 'none',
      // Readable names and lines: an author meets them in stack traces, an auditor in the bundle.
      minify: false,
      // npm packages say what they are by these; the neutral platform would look at none.
      mainFields: ['module', 'main'],
      define: { 'process.env.NODE_ENV': '"production"' },
      // The same meaning as under Node, which reads no tsconfig either.
      tsconfigRaw: '{}',
      plugins: [guestImports],
      logLevel: 'silent',
    })
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    throw failed(plugin, error.errors.map(faultOf), error)
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

function failed(plugin: string, faults: readonly InputFault[], cause?: unknown) {
  return sdkErrors.create('BUNDLE_FAILED', { plugin }, { faults, cause })
}

function faultOf({ location, text }: Message): InputFault {
  const detail = /^Could not resolve/.test(text)
    ? `${text}: add it to devDependencies and install, the bundle takes it in`
    : text
  if (location === null) return { pointer: '', detail }
  return { at: `${location.file}:${location.line}:${location.column + 1}`, pointer: '', detail }
}

/** What the bundle would still ask its surroundings for. */
function externals(metafile: Metafile): InputFault[] {
  return Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external }) => external === true)
    .map(({ path }) => ({
      pointer: '',
      detail: `"${path}" is left outside of the bundle: a guest can import nothing when it runs`,
    }))
}

function largestInputs(metafile: Metafile): InputFault[] {
  return Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput)
    .slice(0, 5)
    .map(([at, { bytesInOutput }]) => ({ at, pointer: '', detail: `takes ${bytesInOutput} bytes` }))
}
