import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildResult, build, type OutputFile, type Plugin } from 'esbuild'
import type { InputFault } from '../errors/coded-error.ts'
import type { Manifest } from '../manifest/manifest.ts'

const node = 'is of Node'
const page = 'is of a web page'
const memory = 'is memory or time that no limit can count'
const stream = 'is not there: bodies are read as a whole'

/** What a guest never has, by name, with the reason. `intl` and `wasm` give two of them. */
const absent: Readonly<Record<string, string>> = {
  Atomics: memory,
  Blob: stream,
  Buffer: `${node}: use Uint8Array, TextEncoder, atob`,
  FinalizationRegistry: memory,
  FormData: stream,
  Intl: 'needs the capability "intl" in the manifest',
  MessageChannel: 'is not there: a guest has one thread',
  ReadableStream: stream,
  SharedArrayBuffer: memory,
  TransformStream: stream,
  WeakRef: memory,
  WebAssembly: 'needs the capability "wasm" in the manifest',
  WebSocket: 'is not there: use fetch',
  Worker: 'is not there: a guest has one thread',
  WritableStream: stream,
  XMLHttpRequest: 'is not there: use fetch',
  __dirname: `${node}: a guest has no files`,
  __filename: `${node}: a guest has no files`,
  clearImmediate: `${node}: use queueMicrotask or a timer`,
  document: page,
  global: `${node}: use globalThis`,
  localStorage: `${page}: use ctx.db`,
  location: page,
  navigator: page,
  performance: 'is not there: use ctx.now()',
  process: `${node}: use ctx.config`,
  self: `${page}: use globalThis`,
  setImmediate: `${node}: use queueMicrotask or a timer`,
  window: `${page}: use globalThis`,
}

const givenBy: Readonly<Record<string, keyof NonNullable<Manifest['capabilities']>>> = {
  Intl: 'intl',
  WebAssembly: 'wasm',
}

const INJECT = 'signalbox-absent'
const names = Object.keys(absent)
/** A name may be the beginning of another, a colon is in none. */
const markOf = (name: string) => `${INJECT}:${name}:`
const source = names.map((name) => `export const ${name} = '${markOf(name)}'`).join('\n')

/**
 * For a build that is only looked at: each name is injected with a mark for its value, and the marks that end up in the
 * output are read freely somewhere. All from one module: esbuild asks for each that is injected, over its pipe.
 */
export const absentGlobals: Plugin = {
  name: 'absent-globals',
  setup(build) {
    const filter = new RegExp(`^${INJECT}$`)
    build.initialOptions.inject = [...(build.initialOptions.inject ?? []), INJECT]
    build.onResolve({ filter }, () => ({
      path: INJECT,
      namespace: INJECT,
      sideEffects: false,
    }))
    build.onLoad({ filter: /.*/, namespace: INJECT }, () => ({ contents: source }))
  },
}

function usedIn(outputs: readonly OutputFile[]): string[] {
  return names.filter((name) => outputs.some(({ text }) => text.includes(markOf(name))))
}

export interface AbsentUses {
  /** In the plugin's own files: they are the author's to change. */
  readonly faults: readonly InputFault[]
  /** In packages, which may never run that part. */
  readonly warnings: readonly string[]
}

/**
 * Who reads what no guest has, and does not ask by `typeof` first whether it is there.
 * @param built with `absentGlobals`
 */
export async function absentUses(
  folder: string,
  built: BuildResult<{ metafile: true; write: false }>,
  capabilities: Manifest['capabilities'],
): Promise<AbsentUses> {
  const used = usedIn(built.outputFiles).filter(
    (name) => capabilities?.[givenBy[name] as 'intl'] === undefined,
  )
  const faults: InputFault[] = []
  const warnings = new Set<string>()
  if (used.length === 0) return { faults, warnings: [] }
  for (const file of Object.keys(built.metafile.inputs).filter(
    (input) => !/^[\w-]+:/.test(input),
  )) {
    const text = await readFile(join(folder, file), 'utf8')
    const said = used.filter((name) => isNamed(text, name) && !text.includes(`typeof ${name}`))
    const isOwn = !file.includes('node_modules/')
    const own = isOwn && said.length > 0 ? await usedByFile(folder, file) : []
    for (const name of said) {
      const detail = `"${name}" ${absent[name]}`
      if (own.includes(name)) faults.push({ at: placeOf(file, text, name), pointer: '', detail })
      if (!isOwn) warnings.add(`${packageOf(file)} uses what a guest does not have: ${detail}`)
    }
  }
  return { faults, warnings: [...warnings] }
}

/** A name in a text may be a property or a variable of its own: only a build of that one file knows. */
async function usedByFile(folder: string, file: string): Promise<string[]> {
  const alone: Plugin = {
    name: 'alone',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { external: true },
      )
    },
  }
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [file],
    bundle: true,
    write: false,
    outdir: 'dist',
    format: 'esm',
    platform: 'neutral',
    tsconfigRaw: '{}',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [absentGlobals, alone],
    logLevel: 'silent',
  })
  return usedIn(outputFiles)
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${name}(?![\\w$])`).test(text)
}

/** Where the name stands first, outside of comments of a line of their own. */
function placeOf(file: string, text: string, name: string): string {
  const isName = new RegExp(`(?<![\\w$.'"\`-])${name}(?![\\w$'"\`-])`)
  for (const [index, line] of text.split('\n').entries()) {
    const column = /^\s*(\/\/|\/?\*)/.test(line) ? -1 : line.search(isName)
    if (column >= 0) return `${file}:${index + 1}:${column + 1}`
  }
  return file
}

function packageOf(file: string): string {
  const name = file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length)
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/')
}
