import { bundleFilename, bundleScript } from './bundle-script.ts'
import { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import type { OpenRequest } from './guest/runtime.ts'
import { prepareBootstrap } from './guest-bootstrap.ts'
import { makeShell } from './guest-shell.ts'

/** The most a manifest may ask for. */
const HEAP_MB = 256

const request: OpenRequest = {
  tenant: '-',
  configJson: '{}',
  maxOutputLength: 0,
  features: [],
  seed: '',
}

/** Compiles and loads a bundle as a lane does, and gives what V8 had made of it when that was done. */
export function compileAhead(bundle: string): ArrayBuffer {
  const { isolate, realm } = makeShell(HEAP_MB, prepareBootstrap(true))
  const script = new CompiledScript(bundleScript(bundle), bundleFilename, undefined)
  realm.start(script.compile(isolate), JSON.stringify(request), 0, LOAD_TURN_MS)
  return script.takeCode(isolate)
}
