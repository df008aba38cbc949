import { type Call, CallContext, type GuestShared } from '@signalbox/sandbox/guest-side'

/** `ctx` of a trusted plugin: that of the sandbox, the same code, and what only a process of its own can have. */
export class TrustedContext extends CallContext {
  readonly #call: Call
  readonly #abort: AbortController

  constructor(call: Call, shared: GuestShared, abort: AbortController) {
    super(call, shared)
    this.#call = call
    this.#abort = abort
  }

  override get signal(): AbortSignal {
    return this.#abort.signal
  }

  override get secrets(): object {
    const reveal = (name: unknown) => this.#call.hostCall('secrets.reveal', { name })
    return { ...super.secrets, reveal }
  }

  get net(): object {
    return {
      addresses: (host: unknown, port: unknown) =>
        this.#call.hostCall('net.addresses', { host, port }),
    }
  }

  get resources(): object {
    return { get: (id: unknown) => this.#call.hostCall('resources.get', { id }) }
  }
}
