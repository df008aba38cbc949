import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Real paths: node_modules holds links to the workspaces, and the permission model checks what they point to. */
const sourceFolder = realpathSync(fileURLToPath(new URL('../', import.meta.url)))
export const laneMainPath = join(sourceFolder, 'lane', 'child', 'lane-main.ts')

/** What V8 itself is told. Compiled code fits only where these are the same: see compile/compiler-tag.ts. */
export const laneV8Flags: readonly string[] = [
  // The lane's own heap holds frames on their way, not data.
  '--max-old-space-size=128',
]

/**
 * Flags of a lane process. It may read its own sources and isolated-vm, and nothing else: no other file,
 * no process, no inspector. (The permission model of Node 24 does not bar sockets; there is nothing in a guest
 * that could open one.) `--allow-worker` is for the watcher thread.
 *
 * @param useNodeSnapshot isolated-vm asks for `--no-node-snapshot` (crashes were seen, mostly on macOS and ARM),
 * which more than doubles the start of a process; a warm standby hides that.
 */
export function laneFlags(useNodeSnapshot: boolean): readonly string[] {
  const require = createRequire(import.meta.url)
  const isolatedVm = require.resolve('isolated-vm')
  const gypBuild = createRequire(isolatedVm).resolve('node-gyp-build')
  const readable = [
    sourceFolder,
    join(dirname(sourceFolder), 'package.json'),
    realpathSync(dirname(isolatedVm)),
    realpathSync(dirname(gypBuild)),
    // Its existence tells node-gyp-build which C library the system has.
    '/etc/alpine-release',
  ]
  return [
    '--no-warnings',
    ...(useNodeSnapshot ? [] : ['--no-node-snapshot']),
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...laneV8Flags,
  ]
}

/** Nothing of the host's environment reaches a lane. A fixed zone makes a guest's local time UTC everywhere. */
export const laneEnvironment: Readonly<Record<string, string>> = { TZ: 'UTC' }
