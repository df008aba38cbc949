import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PartialMessage, Plugin, PluginBuild } from 'esbuild'

const SDK_SOURCES = fileURLToPath(new URL('../', import.meta.url))

/**
 * Decides what a guest's `import` may reach: its own files, npm packages that need only ECMAScript, and
 * the SDK's guest half. The SDK is always this one, whatever the plugin's node_modules holds: the bundle
 * speaks the dialect of the host that packs it. Web standards will be linked here from `src/guest/`.
 */
export const guestImports: Plugin = {
  name: 'guest-imports',
  setup(build) {
    resolveSdk(build)
    build.onResolve({ filter: /.*/ }, ({ path, pluginData }) => {
      if (path.startsWith('node:')) return { errors: [nodeRefused(path)] }
      if (pluginData === 'asked' || !isBuiltin(path)) return undefined
      return userlandPackage(build, path)
    })
  },
}

/** Under a namespace of its own, so that the bundle does not depend on where the SDK is installed. */
function resolveSdk(build: PluginBuild): void {
  const namespace = 'signalbox-sdk'
  build.onResolve({ filter: /^@signalbox\/sdk(\/|$)/ }, ({ path }) =>
    path === '@signalbox/sdk'
      ? { path: 'index.ts', namespace, sideEffects: false }
      : { errors: [{ text: `"${path}" is not for guests: import from "@signalbox/sdk"` }] },
  )
  build.onResolve({ filter: /^\./, namespace }, ({ path, importer }) => {
    const target = resolve(SDK_SOURCES, dirname(importer), path)
    return {
      path: relative(SDK_SOURCES, target).replaceAll(sep, '/'),
      namespace,
      sideEffects: false,
    }
  })
  build.onLoad({ filter: /.*/, namespace }, async ({ path }) => ({
    contents: await readFile(resolve(SDK_SOURCES, path), 'utf8'),
    loader: 'ts',
  }))
}

/** `events` or `buffer` may be a package of npm; only when there is none, Node's module was meant. */
async function userlandPackage(build: PluginBuild, path: string) {
  const found = await build.resolve(`${path}/`, {
    kind: 'import-statement',
    resolveDir: build.initialOptions.absWorkingDir ?? '.',
    pluginData: 'asked',
  })
  return found.errors.length === 0 ? { path: found.path } : { errors: [nodeRefused(path)] }
}

function nodeRefused(path: string): PartialMessage {
  return {
    text: `"${path}" is a module of Node, which a guest does not have: use ECMAScript, or ask ctx for it`,
  }
}
