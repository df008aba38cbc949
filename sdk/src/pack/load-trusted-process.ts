import { pathToFileURL } from 'node:url'
import type { LoadResult } from './load-bundle-process.ts'

/**
 * Loads the bundle of a trusted plugin and writes the names of what it exports. Runs as a process of its own that
 * may read the package and nothing else: packing may happen inside a host. Argument: the bundle.
 */
process.stdout.write(JSON.stringify(await load(process.argv[2] ?? '')))

async function load(path: string): Promise<LoadResult> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    const plugin = module.default
    if (typeof plugin !== 'object' || plugin === null) {
      const reason = 'src/index.ts has no default export made by defineTrustedPlugin'
      return { ok: false, reason }
    }
    const { services, jobs, webhooks, on, selfTest } = plugin as Record<
      string,
      Record<string, object> | undefined
    >
    const shape = {
      services: Object.fromEntries(
        Object.entries(services ?? {}).map(([id, operations]) => [id, functionsOf(operations)]),
      ),
      udfs: [],
      jobs: functionsOf(jobs ?? {}),
      webhooks: functionsOf(webhooks ?? {}),
      on: functionsOf(on ?? {}),
      selfTest: typeof selfTest === 'function',
    }
    return { ok: true, shape }
  } catch (error) {
    return { ok: false, reason: `it throws while it loads: ${String(error)}` }
  }
}

function functionsOf(operations: object): string[] {
  return Object.entries(operations)
    .filter(([, operation]) => typeof operation === 'function')
    .map(([name]) => name)
}
