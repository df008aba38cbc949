import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Real paths: node_modules holds links to the workspaces, and the permission model checks what they point to. */
const sourceFolder = realpathSync(fileURLToPath(new URL('../', import.meta.url)))
export const batchMainPath = join(sourceFolder, 'batch', 'child', 'batch-main.ts')

/**
 * Flags of a batch process. As a call lane it reads its own sources and what they import, and no other file;
 * `--allow-worker` is what it exists for. See laneFlags for the snapshot and the rest.
 */
export function batchFlags(useNodeSnapshot: boolean): readonly string[] {
  const require = createRequire(import.meta.url)
  const isolatedVm = require.resolve('isolated-vm')
  const gypBuild = createRequire(isolatedVm).resolve('node-gyp-build')
  const piscina = dirname(require.resolve('piscina'))
  const sdk = dirname(dirname(realpathSync(require.resolve('@signalbox/sdk'))))
  const readable = [
    sourceFolder,
    join(dirname(sourceFolder), 'package.json'),
    realpathSync(dirname(isolatedVm)),
    realpathSync(dirname(gypBuild)),
    realpathSync(dirname(piscina)),
    join(sdk, 'src'),
    join(sdk, 'package.json'),
    // The link by which the SDK is found.
    join(
      dirname(dirname(dirname(realpathSync(require.resolve('isolated-vm'))))),
      'node_modules',
      '@signalbox',
    ),
    '/etc/alpine-release',
  ]
  return [
    '--no-warnings',
    ...(useNodeSnapshot ? [] : ['--no-node-snapshot']),
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    // The main thread holds bundles and messages; data goes through the memory file.
    '--max-old-space-size=128',
  ]
}
