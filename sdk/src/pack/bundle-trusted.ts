import { isBuiltin } from 'node:module'
import { build } from 'esbuild'
import { sdkErrors } from '../errors/sdk-errors.ts'
import {
  type Bundle,
  buildFailure,
  failed,
  findEntry,
  largestInputs,
  MAX_BUNDLE_BYTES,
} from './bundle-plugin.ts'
import { trustedImports } from './guest-imports.ts'

/** Packages that ask for a part of Node by `require` find it in a module, too. */
const REQUIRE = `import { createRequire as signalboxCreateRequire } from 'node:module'
const require = signalboxCreateRequire(import.meta.url)`

/**
 * Bundles the sources of a trusted plugin into one module for Node: only Node's own parts stay outside of it. A
 * native module is a file of the package, loaded by `createRequire(import.meta.url)('./name.node')`.
 * @throws `SDK_BUNDLE_FAILED`, `SDK_BUNDLE_TOO_LARGE`
 */
export async function bundleTrusted(folder: string, plugin: string): Promise<Bundle> {
  const entry = await findEntry(folder, plugin)
  const { outputFiles, metafile, warnings } = await runEsbuild(folder, plugin, entry)
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !isBuiltin(path))
  if (outside.length > 0) {
    const detail = 'is left outside of the bundle: only parts of Node may be'
    throw failed(
      plugin,
      outside.map(({ path }) => ({ pointer: '', detail: `"${path}" ${detail}` })),
    )
  }
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const bytes = code.byteLength
  if (bytes > MAX_BUNDLE_BYTES) {
    const parameters = { plugin, bytes, maxBytes: MAX_BUNDLE_BYTES }
    throw sdkErrors.create('BUNDLE_TOO_LARGE', parameters, { faults: largestInputs(metafile) })
  }
  return { code, linked: [], warnings: warnings.map(({ text }) => text) }
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
      format: 'esm',
      platform: 'node',
      target: 'node24',
      banner: { js: REQUIRE },
      charset: 'utf8',
      legalComments: 'none',
      minify: false,
      define: { 'process.env.NODE_ENV': '"production"' },
      tsconfigRaw: '{}',
      plugins: [trustedImports],
      logLevel: 'silent',
    })
  } catch (error) {
    throw buildFailure(plugin, error)
  }
}
