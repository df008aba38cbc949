import { setTimeout as delay } from 'node:timers/promises'
import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { distribution, median, ratio, rounded } from './figures.ts'
import { coldInThread } from './in-thread-cold.ts'
import { answer } from './must-answer.ts'
import { type Size, sizedCall, sizedPlugin } from './sized-plugins.ts'

const VERSIONS = 40
/** A version's first call seldom comes on the heels of another's: the lane has had a moment to make an isolate ahead. */
const REST_MS = 80

/** What the figures are called. */
const names: Readonly<Record<Size, string>> = {
  small: 'cold_isolate',
  '473kb': 'cold_473kb',
  shims: 'cold_with_shims',
}

/**
 * First call of a version that no lane holds: bundle to the lane, isolate, bootstrap, compile, link, answer. The
 * lane itself serves already, as the standby does. With what was compiled at install, and without;
 * beside it what V8 alone takes. (What is linked in for the web standards runs only beside the guest side.)
 */
export async function coldStart(size: Size): Promise<Record<string, unknown>> {
  const plugin = await sizedPlugin(size)
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const compiled: number[] = []
    const uncompiled: number[] = []
    const heels: number[] = []
    const inThread: number[] = []
    const count = rounds(VERSIONS, 5)
    progress(`cold start: ${count} versions, ${size}`)
    for (let version = 0; version < count; version++) {
      const kinds = [
        [compiled, true, REST_MS],
        [uncompiled, false, REST_MS],
        [heels, true, 0],
      ] as const
      for (const [took, isCompiled, restMs] of kinds) {
        const name = `@bench/${size}-${isCompiled}-${restMs}`
        await delay(restMs)
        const call = sizedCall(plugin, isCompiled, { plugin: name, version: `1.0.${version}` })
        const started = performance.now()
        await answer(sandbox, call)
        took.push(performance.now() - started)
        sandbox.drop(name)
      }
      if (size === 'shims') continue
      await delay(REST_MS)
      inThread.push(coldInThread(plugin))
    }
    const name = names[size]
    return {
      [`${name}_ms`]: rounded(median(compiled)),
      [`${name}_uncompiled_ms`]: rounded(median(uncompiled)),
      [`${name}_on_the_heels_ms`]: rounded(median(heels)),
      ...(inThread.length === 0
        ? {}
        : {
            [`${name}_inthread_ms`]: rounded(median(inThread)),
            [`${name}_vs_inthread`]: ratio(median(compiled), median(inThread)),
          }),
      [`${name}_compiled`]: distribution(compiled),
      [`${name}_uncompiled`]: distribution(uncompiled),
      [`${name}_bytes`]: [Buffer.byteLength(plugin.source), plugin.compiled.byteLength],
    }
  } finally {
    await sandbox.stop()
  }
}
