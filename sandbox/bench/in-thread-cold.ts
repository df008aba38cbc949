import ivm from 'isolated-vm'
import { bundleFilename, bundleScript } from '../src/lane/child/bundle-script.ts'
import { CompiledScript } from '../src/lane/child/compiled-script.ts'
import { orderJson } from './order-plugin.ts'
import type { SizedPlugin } from './sized-plugins.ts'

/**
 * What V8 itself takes for the first call of a bundle: an isolate in this thread, the code that was compiled
 * ahead, the bundle's own top level, one call. No lane, no guest side, no limits.
 * @returns milliseconds.
 */
export function coldInThread({ source, compiled }: SizedPlugin): number {
  const script = new CompiledScript(
    bundleScript(source),
    bundleFilename,
    new Uint8Array(compiled).buffer,
  )
  const started = performance.now()
  const isolate = new ivm.Isolate({ memoryLimit: 64 })
  const context = isolate.createContextSync()
  script.compile(isolate).runSync(context)
  context.evalClosureSync(
    'return JSON.stringify(__signalbox_plugin.default.services["test.service"].price(JSON.parse($0)))',
    [orderJson],
  )
  const took = performance.now() - started
  isolate.dispose()
  if (script.isCodeRejected) throw new Error('V8 did not take what was compiled ahead')
  return took
}
