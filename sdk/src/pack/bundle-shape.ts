import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { InputFault } from '../errors/coded-error.ts'
import { CONTRIBUTIONS_CHANGED, toldPoints } from '../manifest/change-event.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { BundleShape, LoadResult } from './load-bundle-process.ts'
import type { PluginPackage } from './plugin-package.ts'

/** JavaScript in the package that npm installs. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const programOf = (name: string) => fileURLToPath(new URL(`./${name}${ENDING}`, import.meta.url))
const PROGRAM = programOf('load-bundle-process')
const TRUSTED_PROGRAM = programOf('load-trusted-process')

/** The process ends itself long before, unless its guest broke it; a loaded machine starts one in 2 s. */
const PROCESS_TIMEOUT_MS = 20_000

const ENDED = 'its process ended while it loaded: a module only declares'

/**
 * An empty environment even where a test runner or a monitor adds a preload of its own to every child's
 * `NODE_OPTIONS`: this child may read one file or two, and would not start with another. POSIX has it everywhere.
 */
const EMPTY_ENVIRONMENT = ['/usr/bin/env', '-i'] as const

type Capabilities = Manifest['capabilities']

/** @returns what the bundle exports, or why it does not load */
export type LoadBundle = (code: Uint8Array, capabilities: Capabilities) => Promise<LoadResult>

/** @param capabilities what the manifest asks for: `intl` and `wasm` are globals more */
export const loadBundle: LoadBundle = (code, capabilities) =>
  startLoad(featuresOf(capabilities)).load(code)

/**
 * Starts the process for the next bundle while there is time: that takes longer than to load one. For `signalbox dev`,
 * which loads a bundle with each save.
 */
export class WarmLoad {
  #waiting: { readonly features: string; readonly started: StartedLoad } | undefined

  prepare(capabilities: Capabilities): void {
    const features = featuresOf(capabilities)
    if (this.#waiting?.features === features) return
    this.stop()
    this.#waiting = { features, started: startLoad(features) }
  }

  load: LoadBundle = (code, capabilities) => {
    const waiting = this.#waiting
    if (waiting?.features !== featuresOf(capabilities)) return loadBundle(code, capabilities)
    this.#waiting = undefined
    return waiting.started.load(code)
  }

  stop(): void {
    this.#waiting?.started.discard()
    this.#waiting = undefined
  }
}

interface StartedLoad {
  readonly load: (code: Uint8Array) => Promise<LoadResult>
  readonly discard: () => void
}

function featuresOf(capabilities: Capabilities = {}): string {
  return (['intl', 'wasm'] as const).filter((one) => capabilities[one]).join()
}

/** It ends with its input: none outlives who started it. */
function startLoad(features: string): StartedLoad {
  const [env, ...only] = EMPTY_ENVIRONMENT
  const rights = ['--permission', `--allow-fs-read=${PROGRAM}`]
  const asked = promisify(execFile)(env, [...only, process.execPath, ...rights, PROGRAM, features])
  const { child } = asked
  // One that is discarded, or ends before its input, is told of by `load` alone.
  asked.catch(() => undefined)
  child.stdin?.on('error', () => undefined)
  const end = () => void child.kill('SIGKILL')
  const load = async (code: Uint8Array): Promise<LoadResult> => {
    const late = setTimeout(end, PROCESS_TIMEOUT_MS)
    try {
      child.stdin?.end(code)
      return JSON.parse((await asked).stdout) as LoadResult
    } catch {
      return { ok: false, reason: ENDED }
    } finally {
      clearTimeout(late)
    }
  }
  return { load, discard: end }
}

/**
 * The same of a bundle for the trusted tier. It may read all of its package, native modules included: such a
 * bundle has its tables and modules beside it.
 */
export async function loadTrustedBundle(bundlePath: string, folder: string): Promise<LoadResult> {
  const [path, root] = await Promise.all([realpath(bundlePath), realpath(folder)])
  const readable = [TRUSTED_PROGRAM, root].map((one) => `--allow-fs-read=${one}`)
  return describeBy(['--allow-addons', ...readable], [TRUSTED_PROGRAM, path])
}

async function describeBy(
  rights: readonly string[],
  program: readonly string[],
): Promise<LoadResult> {
  const [env, ...only] = EMPTY_ENVIRONMENT
  const node = [...only, process.execPath, '--permission', ...rights, ...program]
  const limits = { timeout: PROCESS_TIMEOUT_MS, killSignal: 'SIGKILL' } as const
  try {
    const { stdout } = await promisify(execFile)(env, node, limits)
    return JSON.parse(stdout) as LoadResult
  } catch {
    return { ok: false, reason: ENDED }
  }
}

/** Compares what a bundle exports with what its manifest and contracts promise. */
export function shapeFaults(promised: PluginPackage, shape: BundleShape): InputFault[] {
  const faults: InputFault[] = []
  const fault = (pointer: string, detail: string) => faults.push({ pointer, detail })
  for (const [id, contract] of promised.contracts) {
    const operations = Object.keys(contract.operations)
    const handlers = shape.services[id] ?? []
    for (const operation of operations.filter((name) => !handlers.includes(name))) {
      fault(`/services/${id}/${operation}`, 'is in the contract: export a handler for it')
    }
    for (const handler of handlers.filter((name) => !operations.includes(name))) {
      fault(
        `/services/${id}/${handler}`,
        'is not in the contract: add it there or remove the handler',
      )
    }
  }
  for (const id of Object.keys(shape.services).filter((id) => !promised.contracts.has(id))) {
    fault(`/services/${id}`, 'is not in the manifest: add it under provides.services')
  }
  const udfs = (promised.manifest.provides?.udfs ?? []).map(({ id }) => id)
  for (const id of udfs.filter((id) => !shape.udfs.includes(id))) {
    fault(`/udfs/${id}`, 'is in the manifest: export a function for it')
  }
  for (const id of shape.udfs.filter((id) => !udfs.includes(id))) {
    fault(`/udfs/${id}`, 'is not in the manifest: add it under provides.udfs')
  }
  faults.push(...unhandled(promised.manifest, shape))
  if (promised.manifest.selfTest === true && !shape.selfTest) {
    fault('/selfTest', 'is promised by the manifest: export a function')
  }
  return faults
}

/** The host would hand it to nobody, each time it comes. */
function unhandled(manifest: Manifest, shape: BundleShape): InputFault[] {
  const { provides, capabilities } = manifest
  const promised = {
    jobs: (provides?.jobs ?? []).map(({ id }) => id),
    webhooks: (capabilities?.['http:receive'] ?? []).map(({ path }) => path),
    on: [
      ...(capabilities?.['event:subscribe'] ?? []).map(({ type }) => type),
      ...(toldPoints(manifest).length > 0 ? [CONTRIBUTIONS_CHANGED] : []),
    ],
  }
  return (['jobs', 'webhooks', 'on'] as const).flatMap((kind) =>
    [...new Set(promised[kind])]
      .filter((name) => !shape[kind].includes(name))
      .map((name) => ({
        pointer: `/${kind}/${name}`,
        detail: 'is in the manifest: export a handler for it',
      })),
  )
}
