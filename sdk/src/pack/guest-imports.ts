import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile, PartialMessage, Plugin, PluginBuild } from 'esbuild'
import { byteMethodsInject, globalsInject, injectedModule, placesInject } from './guest-globals.ts'

const SDK_SOURCES = fileURLToPath(new URL('../', import.meta.url))
/** In the package that npm installs, where the SDK is JavaScript. */
const OWN_ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
/** Of the SDK's files within a build, so that the bundle does not depend on where the SDK is installed. */
const NAMESPACE = 'signalbox-sdk'

/**
 * Decides what a guest's `import` may reach: its own files, npm packages that need only ECMAScript, and
 * the SDK's guest half. The SDK is always this one, whatever the plugin's node_modules holds: the bundle
 * speaks the dialect of the host that packs it. Web standards are linked from `src/guest/` (guest-globals.ts).
 */
export const guestImports: Plugin = {
  name: 'guest-imports',
  setup(build) {
    resolveSdk(build)
    resolveInjects(build)
    build.onResolve({ filter: /.*/ }, ({ path, pluginData }) => {
      if (path.startsWith('node:')) return { errors: [nodeRefused(path)] }
      if (pluginData === 'asked' || !isBuiltin(path)) return undefined
      return userlandPackage(build, path)
    })
  },
}

/** A plugin of the trusted tier is given this SDK too, wherever its folder is; all else it may import. */
export const trustedImports: Plugin = { name: 'trusted-imports', setup: linkSdk }

function resolveSdk(build: PluginBuild): void {
  build.onResolve({ filter: /^@signalbox\/sdk\// }, ({ path }) => ({
    errors: [{ text: `"${path}" is not for guests: import from "@signalbox/sdk"` }],
  }))
  linkSdk(build)
}

function linkSdk(build: PluginBuild): void {
  build.onResolve({ filter: /^@signalbox\/sdk$/ }, () => ({
    path: 'index.ts',
    namespace: NAMESPACE,
    sideEffects: false,
  }))
  build.onResolve({ filter: /^\./, namespace: NAMESPACE }, ({ path, importer }) => {
    const target = resolve(SDK_SOURCES, dirname(importer), path)
    return {
      path: relative(SDK_SOURCES, target).replaceAll(sep, '/'),
      namespace: NAMESPACE,
      sideEffects: false,
    }
  })
  build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => ({
    contents:
      path === globalsInject
        ? injectedModule()
        : await readFile(resolve(SDK_SOURCES, path.replace(/\.ts$/, OWN_ENDING)), 'utf8'),
    loader: 'ts',
  }))
}

/** What esbuild looks into for each free variable; only what is used of it goes into the bundle. */
function resolveInjects(build: PluginBuild): void {
  const filter = new RegExp(`^(${globalsInject}|${byteMethodsInject}|${placesInject})$`)
  build.onResolve({ filter }, ({ path }) => {
    if (path === globalsInject) return { path, namespace: NAMESPACE, sideEffects: false }
    return path === placesInject
      ? { path: 'guest/console-places.ts', namespace: NAMESPACE, sideEffects: false }
      : { path: 'guest/install-byte-text.ts', namespace: NAMESPACE, sideEffects: true }
  })
}

/** Files of the SDK that are in a bundle. */
export function linkedFiles({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.keys(inputs))
    .filter((input) => input.startsWith(`${NAMESPACE}:`))
    .map((input) => input.slice(NAMESPACE.length + 1).replace(/\.js$/, '.ts'))
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
