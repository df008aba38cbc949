import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, median, rounded } from './figures.ts'
import { answer } from './must-answer.ts'
import { type Size, sizedCall, sizedPlugin } from './sized-plugins.ts'

const VERSIONS = 40

/** What the figures are called. */
const names: Readonly<Record<Size, string>> = {
  small: 'cold_isolate',
  '473kb': 'cold_473kb',
  shims: 'cold_with_shims',
}

/**
 * First call of a version that no lane holds: bundle to the lane, isolate, bootstrap, compile, link, answer. The
 * lane itself serves already, as the standby does. With what was compiled at install, and without.
 */
export async function coldStart(size: Size): Promise<Record<string, unknown>> {
  const plugin = await sizedPlugin(size)
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const compiled: number[] = []
    const uncompiled: number[] = []
    const count = rounds(VERSIONS, 5)
    progress(`cold start: ${count} versions, ${size}`)
    for (let version = 0; version < count; version++) {
      for (const [took, isCompiled] of [[compiled, true] as const, [uncompiled, false] as const]) {
        const name = `@bench/${size}-${isCompiled}`
        const call = sizedCall(plugin, isCompiled, { plugin: name, version: `1.0.${version}` })
        const started = performance.now()
        await answer(sandbox, call)
        took.push(performance.now() - started)
        sandbox.drop(name)
      }
    }
    const name = names[size]
    return {
      [`${name}_ms`]: rounded(median(compiled)),
      [`${name}_uncompiled_ms`]: rounded(median(uncompiled)),
      [`${name}_compiled`]: distribution(compiled),
      [`${name}_uncompiled`]: distribution(uncompiled),
      [`${name}_bytes`]: [Buffer.byteLength(plugin.source), plugin.compiled.byteLength],
    }
  } finally {
    await sandbox.stop()
  }
}
