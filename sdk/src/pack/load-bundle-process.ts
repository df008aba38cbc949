import { text as readAll } from 'node:stream/consumers'
import { createContext, Script } from 'node:vm'

/**
 * Loads a bundle in a realm that has what an isolate has, and writes the names of what it exports. Runs as a
 * process of its own without file, network or child rights: packing may happen inside a host, and no guest's
 * code runs there. Its input is the bundle, its argument `intl,wasm` as far as the manifest asks for them. The realm is for the author's benefit, the process for safety.
 */
export interface BundleShape {
  readonly services: Readonly<Record<string, readonly string[]>>
  readonly udfs: readonly string[]
  readonly jobs: readonly string[]
  readonly webhooks: readonly string[]
  readonly on: readonly string[]
  readonly selfTest: boolean
}

export type LoadResult =
  | { readonly ok: true; readonly shape: BundleShape }
  | { readonly ok: false; readonly reason: string }

/** Ten times the turn a host allows: a module only declares, whatever machine it is packed on. */
const LOAD_TIMEOUT_MS = 2000

/**
 * What the sandbox takes from a guest, and what it gives: sdk/docs/guest-world.md lists both. The seam is that
 * of a bundle that loads: there is no call yet, and nobody to ask.
 */
const prepare = (features: readonly string[]): string => `
for (const name of [
  'Atomics', 'FinalizationRegistry', 'SharedArrayBuffer', 'WeakRef',
  ${features.includes('intl') ? '' : "'Intl',"} ${features.includes('wasm') ? '' : "'WebAssembly',"}
]) delete globalThis[name]
globalThis.console = Object.fromEntries(
  ['debug', 'error', 'info', 'log', 'trace', 'warn'].map((level) => [level, () => {}]),
)
globalThis.__signalbox_guest = (() => {
  const later = (what) => new TypeError('A module that loads cannot ' + what + ': do it in a handler')
  return {
    call: () => undefined,
    now: Date.now,
    hostCall: async (name) => { throw later('ask the host for ' + name) },
    fill: (bytes) => { for (let at = 0; at < bytes.length; at++) bytes[at] = Math.random() * 256 },
    digest: () => { throw later('compute a digest where it is packed') },
    limitError: (name, reached, limit, what) => new Error(what),
    fail: () => {},
    maxTimers: 0,
    report: () => {},
  }
})()`

/** Computed inside of the realm: what comes out is one string, never an object of the guest. */
const DESCRIBE = `(() => {
  const plugin = __signalbox_plugin.default
  if (typeof plugin !== 'object' || plugin === null) return 'null'
  const functions = (table) => Object.keys(table ?? {}).filter((key) => typeof table[key] === 'function')
  const services = {}
  for (const [id, operations] of Object.entries(plugin.services ?? {})) services[id] = functions(operations)
  return JSON.stringify({
    services,
    udfs: functions(plugin.udfs),
    jobs: functions(plugin.jobs),
    webhooks: functions(plugin.webhooks),
    on: functions(plugin.on),
    selfTest: typeof plugin.selfTest === 'function',
  })
})()`

const granted = (process.argv[2] ?? '').split(',')
process.stdout.write(JSON.stringify(load(await readAll(process.stdin), granted)))

function load(code: string, features: readonly string[]): LoadResult {
  const realm = createContext(Object.create(null) as object, {
    name: 'guest',
    codeGeneration: { strings: false, wasm: features.includes('wasm') },
  })
  try {
    new Script(prepare(features)).runInContext(realm)
    new Script(code, { filename: 'plugin.js' }).runInContext(realm, { timeout: LOAD_TIMEOUT_MS })
    new Script('delete globalThis.__signalbox_guest').runInContext(realm)
    const shape = JSON.parse(String(new Script(DESCRIBE).runInContext(realm))) as BundleShape | null
    return shape === null
      ? { ok: false, reason: 'src/index.ts has no default export made by definePlugin' }
      : { ok: true, shape }
  } catch (error) {
    return { ok: false, reason: `it throws while it loads: ${String(error)}` }
  }
}
