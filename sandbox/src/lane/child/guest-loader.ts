import type { Frame } from '../wire/frame.ts'
import type { LoadRequest } from '../wire/messages.ts'
import { bundleFilename, bundleScript } from './bundle-script.ts'
import { CompiledScript } from './compiled-script.ts'
import { LOAD_TURN_MS } from './guest/guest-limits.ts'
import { GuestFailure, isInnocent } from './guest-failure.ts'
import { GuestIsolate } from './guest-isolate.ts'
import type { GuestShells } from './guest-shell.ts'

export interface LoadedGuest {
  readonly guest: GuestIsolate
  readonly turnMs: number
  readonly isCodeRejected: boolean
}

/** Makes an isolate of a load frame. @throws GuestFailure */
export function loadGuest(frame: Frame, shells: GuestShells): LoadedGuest {
  const request = JSON.parse(frame.text) as LoadRequest
  const bundle = bundleOf(request, frame.bytes as Buffer)
  const load = () => GuestIsolate.load(request, bundle, shells, frame.at)
  const guest = unlessStopped(load) ?? load()
  return { guest, turnMs: request.turnMs, isCodeRejected: bundle.isCodeRejected }
}

/** @returns nothing when it was the machine that had no time. */
function unlessStopped(load: () => GuestIsolate): GuestIsolate | undefined {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof GuestFailure)) throw error
    const { reason, loadMs, loadCpuMs } = error
    if (isInnocent(reason, loadMs, loadCpuMs, LOAD_TURN_MS)) return undefined
    throw error
  }
}

/** The bytes of a load frame are only lent: what is kept of them is copied. */
function bundleOf({ sourceBytes }: LoadRequest, bytes: Buffer): CompiledScript {
  const source = bundleScript(bytes.toString('utf8', 0, sourceBytes))
  const compiled = bytes.subarray(sourceBytes)
  const code = compiled.length === 0 ? undefined : new Uint8Array(compiled).buffer
  return new CompiledScript(source, bundleFilename, code)
}
