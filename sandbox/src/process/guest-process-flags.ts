import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Real paths: node_modules holds links to the workspaces, and the permission model checks what they point to. */
export const sourceFolder: string = realpathSync(fileURLToPath(new URL('../', import.meta.url)))

export const workspaceFolder: string = dirname(sourceFolder)

/** The main program of a process that runs guests, by its path below the sources. */
export const mainProgram = (...path: readonly string[]): string => join(sourceFolder, ...path)

/** What V8 itself is told. Compiled code fits only where these are the same: see compile/compiler-tag.ts. */
export const guestV8Flags: readonly string[] = [
  // The process's own heap holds frames on their way, not data.
  '--max-old-space-size=128',
]

/**
 * Flags of a process that runs guests. It may read its program and isolated-vm, and nothing else: no other
 * file, no process, no inspector. (The permission model of Node 24 does not bar sockets; there is nothing in a
 * guest that could open one.) `--allow-worker` is for the watcher thread, and for the threads of batches.
 *
 * @param useNodeSnapshot isolated-vm asks for `--no-node-snapshot` (crashes were seen, mostly on macOS and ARM),
 * which more than doubles the start of a process; a warm standby hides that.
 * @param program files and folders that it is read from.
 */
export function guestProcessFlags(
  useNodeSnapshot: boolean,
  program: readonly string[],
): readonly string[] {
  const require = createRequire(import.meta.url)
  const isolatedVm = require.resolve('isolated-vm')
  const gypBuild = createRequire(isolatedVm).resolve('node-gyp-build')
  const readable = [
    ...program,
    join(workspaceFolder, 'package.json'),
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
    ...guestV8Flags,
  ]
}

/** Nothing of the host's environment reaches a guest's process. A fixed zone makes local time UTC everywhere. */
export const guestEnvironment: Readonly<Record<string, string>> = { TZ: 'UTC' }
