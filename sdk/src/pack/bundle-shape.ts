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

/**
 * An empty environment even where a test runner or a monitor adds a preload of its own to every child's
 * `NODE_OPTIONS`: this child may read two files, and would not start with a third. POSIX has it everywhere.
 */
const EMPTY_ENVIRONMENT = ['/usr/bin/env', '-i'] as const

/**
 * @param capabilities what the manifest asks for: `intl` and `wasm` are globals more.
 * @returns what the bundle exports, or why it does not load.
 */
export async function loadBundle(
  bundlePath: string,
  capabilities: Manifest['capabilities'] = {},
): Promise<LoadResult> {
  // The permission model compares real paths.
  const path = await realpath(bundlePath)
  const rights = [`--allow-fs-read=${PROGRAM}`, `--allow-fs-read=${path}`]
  const features = (['intl', 'wasm'] as const).filter((one) => capabilities?.[one]).join()
  return describeBy(rights, [PROGRAM, path, features])
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
    return { ok: false, reason: 'its process ended while it loaded: a module only declares' }
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
