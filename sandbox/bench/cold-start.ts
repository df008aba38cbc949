import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, median, rounded } from './figures.ts'
import { answer } from './must-answer.ts'
import { pluginCall } from './order-plugin.ts'
import { sizedPlugins } from './sized-plugins.ts'

const VERSIONS = 40

/**
 * First call of a version that no lane holds: bundle to the lane, isolate, bootstrap, compile, link, answer. The
 * lane itself serves already, as the standby does.
 */
export async function coldStart(): Promise<Record<string, unknown>> {
  const plugins = await sizedPlugins()
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const seen: Record<string, number[]> = { small: [], '473kb': [], shims: [] }
    const count = rounds(VERSIONS, 5)
    progress(`cold start: ${count} versions of each size`)
    for (let version = 0; version < count; version++) {
      for (const [size, source] of Object.entries(plugins)) {
        const plugin = `@bench/${size}`
        const call = pluginCall(source, { operation: 'price', plugin, version: `1.0.${version}` })
        const started = performance.now()
        await answer(sandbox, call)
        seen[size]?.push(performance.now() - started)
        sandbox.drop(plugin)
      }
    }
    const of = (size: string) => seen[size] ?? []
    return {
      cold_isolate_ms: rounded(median(of('small'))),
      cold_473kb_ms: rounded(median(of('473kb'))),
      cold_with_shims_ms: rounded(median(of('shims'))),
      cold_isolate: distribution(of('small')),
      cold_473kb: distribution(of('473kb')),
      cold_with_shims: distribution(of('shims')),
      bundle_bytes: Object.fromEntries(
        Object.entries(plugins).map(([size, source]) => [size, Buffer.byteLength(source)]),
      ),
    }
  } finally {
    await sandbox.stop()
  }
}
