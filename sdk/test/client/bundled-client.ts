import { build } from 'esbuild'

/** The client as a page gets it: one minified script that leaves `signalbox` behind. */
export async function bundledClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/client/index.ts', import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    globalName: 'signalbox',
    platform: 'browser',
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}
