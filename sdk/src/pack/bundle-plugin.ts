import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildFailure, build, type Message, type Metafile, type Plugin } from 'esbuild'
import type { InputFault } from '../errors/coded-error.ts'
import { sdkErrors } from '../errors/sdk-errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { absentGlobals, absentUses } from './absent-globals.ts'
import { byteMethodsInject, globalsInject, placesInject, usesByteMethods } from './guest-globals.ts'
import { guestImports, linkedFiles } from './guest-imports.ts'

/** The variable a bundle assigns; the sandbox reads the plugin from its `default`. */
const BUNDLE_GLOBAL = '__signalbox_plugin'

/** 2 MiB: compiled in about 15 ms, and a lane keeps the text of some hundred bundles. */
export const MAX_BUNDLE_BYTES = 2 * 1024 * 1024
/** 512 KiB: ten times the forecast plugin. Above it something was most likely imported by mistake. */
const LARGE_BUNDLE_BYTES = 512 * 1024
/** 1 MiB: nobody reads that much, most of it is of npm; from here on it goes without its blanks, a third of it. Names stay. */
const DENSE_BUNDLE_BYTES = 1024 * 1024

export interface Bundle {
  readonly code: Uint8Array
  /** Files of the SDK that are in it, such as `guest/url.ts`. */
  readonly linked: readonly string[]
  readonly warnings: readonly string[]
  /** Where its lines come from, as JSON of a source map; only where it was asked for. */
  readonly sourceMap?: string
}

/** What only somebody who is writing the plugin wants of a bundle; what is published has none of it. */
export interface BundleWish {
  /** A source map beside the bundle, and `console` that says where it was called. */
  readonly places?: boolean | undefined
}

const ENTRIES = ['src/index.ts', 'src/index.js', 'src/index.mjs'] as const

/** What esbuild only warns of, and a guest fails of when it is called. */
const FATAL_WARNINGS = new Set([
  'direct-eval',
  'empty-import-meta',
  'indirect-require',
  'require-resolve-not-external',
])

/**
 * Bundles a plugin's sources into one script that needs ECMAScript and nothing else. The same sources
 * give the same bytes in any folder: no absolute path, no time, no settings of a tsconfig around it.
 * @throws `SDK_BUNDLE_FAILED`, `SDK_BUNDLE_TOO_LARGE`
 */
export async function bundlePlugin(
  folder: string,
  plugin: string,
  capabilities: Manifest['capabilities'] = {},
  { places = false }: BundleWish = {},
): Promise<Bundle> {
  const entry = await findEntry(folder, plugin)
  const build = (injects: readonly string[], isDense = false) => {
    const told = places ? [...injects, placesInject] : injects
    return runEsbuild(folder, plugin, entry, told, [], places, isDense)
  }
  // Once to see what the sources use, with a name for all that is not there, and once in earnest: at the same time, since
  // few use what a second look in earnest is needed for.
  const looking = runEsbuild(folder, plugin, entry, [globalsInject], [absentGlobals])
  const building = build([globalsInject])
  building.catch(() => undefined)
  const seen = await looking
  const uses = await absentUses(folder, seen, capabilities)
  const fatal = seen.warnings.filter(isFatal)
  const faults = [...fatal.map(faultOf), ...uses.faults, ...externals(seen.metafile)]
  if (faults.length > 0) throw failed(plugin, faults)
  const injects = usesByteMethods(textOf(seen))
    ? [globalsInject, byteMethodsInject]
    : [globalsInject]
  const readable = injects.length > 1 ? await build(injects) : await building
  const isDense = sizeOf(readable) > DENSE_BUNDLE_BYTES
  const built = isDense ? await build(injects, true) : readable
  const { metafile, warnings } = built
  const code = outputOf(built, '.js')?.contents ?? new Uint8Array()
  const bytes = code.byteLength
  if (bytes > MAX_BUNDLE_BYTES) {
    const parameters = { plugin, bytes, maxBytes: MAX_BUNDLE_BYTES }
    throw sdkErrors.create('BUNDLE_TOO_LARGE', parameters, { faults: largestInputs(metafile) })
  }
  const large =
    bytes > LARGE_BUNDLE_BYTES ? [`the bundle has ${bytes} bytes: look what it imports`] : []
  const said = [...warnings.map(({ text }) => text), ...uses.warnings, ...large]
  const sourceMap = outputOf(built, '.map')?.text
  const bundle = { code, linked: linkedFiles(metafile), warnings: said }
  return sourceMap === undefined ? bundle : { ...bundle, sourceMap }
}

type Built = Awaited<ReturnType<typeof runEsbuild>>

function sizeOf(built: Built): number {
  return outputOf(built, '.js')?.contents.byteLength ?? 0
}

function textOf(built: Built): string {
  return outputOf(built, '.js')?.text ?? ''
}

function outputOf({ outputFiles }: Built, ending: string) {
  return outputFiles.find(({ path }) => path.endsWith(ending))
}

/** In a package it may be code that never runs; in the plugin's own it is a mistake. */
function isFatal({ id, location }: Message): boolean {
  const isOwn = location === null || !location.file.includes('node_modules/')
  return FATAL_WARNINGS.has(id) && (isOwn || id !== 'direct-eval')
}

/** @throws `SDK_BUNDLE_FAILED` */
export async function findEntry(folder: string, plugin: string): Promise<string> {
  for (const entry of ENTRIES) {
    const found = await access(join(folder, entry)).then(
      () => true,
      () => false,
    )
    if (found) return entry
  }
  const detail = 'is not there: a plugin begins in src/index.ts or src/index.js'
  throw failed(plugin, [{ at: ENTRIES[0], pointer: '', detail }])
}

async function runEsbuild(
  folder: string,
  plugin: string,
  entry: string,
  inject: readonly string[],
  plugins: readonly Plugin[],
  hasMap = false,
  isDense = false,
) {
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
      minifyWhitespace: isDense,
      minifySyntax: isDense,
      // npm packages say what they are by these; the neutral platform would look at none.
      mainFields: ['module', 'main'],
      // A guest has the web's standards and nothing of Node: of two builds of a package it wants the web's.
      conditions: ['browser', 'module'],
      define: { 'process.env.NODE_ENV': '"production"' },
      // The same meaning as under Node, which reads no tsconfig either.
      tsconfigRaw: '{}',
      plugins: [...plugins, guestImports],
      inject: [...inject],
      // Beside the bundle and not named in it: its bytes are the same with a map and without.
      ...(hasMap ? { sourcemap: 'external' as const, sourcesContent: false } : {}),
      logLevel: 'silent',
    })
  } catch (error) {
    throw buildFailure(plugin, error)
  }
}

/** What esbuild said against the sources, as a refusal; anything else as it is. */
export function buildFailure(plugin: string, error: unknown): unknown {
  return isBuildFailure(error) ? failed(plugin, error.errors.map(faultOf), error) : error
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

export function failed(plugin: string, faults: readonly InputFault[], cause?: unknown) {
  return sdkErrors.create('BUNDLE_FAILED', { plugin }, { faults, cause })
}

function cureOf(text: string): string {
  if (/^Could not resolve/.test(text)) {
    return `${text}: add it to devDependencies and install, the bundle takes it in`
  }
  return /direct eval/.test(text) ? 'eval is refused in a guest: write the code out' : text
}

function faultOf({ location, text }: Message): InputFault {
  const detail = cureOf(text)
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

export function largestInputs(metafile: Metafile): InputFault[] {
  return Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput)
    .slice(0, 5)
    .map(([at, { bytesInOutput }]) => ({ at, pointer: '', detail: `takes ${bytesInOutput} bytes` }))
}
