import { bundleFilename, bundleScript } from './bundle-script.ts'
import { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import { guestOps, type OpenRequest } from './guest/runtime.ts'
import { prepareBootstrap } from './guest-bootstrap.ts'
import { makeShell } from './guest-shell.ts'

/** The most a manifest may ask for. */
const HEAP_MB = 256

const request: OpenRequest = {
  tenant: '-',
  configJson: '{}',
  maxOutputLength: 0,
  // Which of them it was granted, its lanes know; one that it lacks would end the run half-way.
  features: ['intl', 'wasm'],
  seed: '',
}

/** See callHead: an empty entry is the self-test. */
const selfTestHead = `\n${'A'.repeat(22)}\n0\nhost\nstable\n0\n\n-`

/**
 * Compiles and loads a bundle as a lane does, and gives what V8 had made of it when that was done. The self-test
 * runs as far as it comes without an answer of the host: its functions are those that calls will want.
 */
export function compileAhead(bundle: string): ArrayBuffer {
  const { isolate, realm } = makeShell(HEAP_MB, prepareBootstrap(true))
  const script = new CompiledScript(bundleScript(bundle), bundleFilename, undefined)
  realm.start(script.compile(isolate), JSON.stringify(request), 0, LOAD_TURN_MS)
  realm.limitTurns(LOAD_TURN_MS, LOAD_TURN_MS)
  realm.turn(guestOps.call, 1, 1, 0, selfTestHead, 'null')
  return script.takeCode(isolate)
}
