/**
 * What the web standards of this folder need of the sandbox. It stands on the global object while a bundle
 * loads; the sandbox makes it (sandbox/src/lane/child/guest/seam.ts), and pack's load check has one of its own.
 */
export interface GuestSeam {
  /** Whose turn it is; the same object through all of a call, undefined while the bundle loads. */
  call(): object | undefined
  /** The host's clock, in milliseconds since the epoch. */
  now(): number
  hostCall(name: string, body: unknown): Promise<unknown>
  /** Bytes nobody can guess, from the seed of the call. */
  fill(bytes: Uint8Array): void
  /** @returns undefined for an algorithm that is not there. */
  digest(algorithm: string, bytes: Uint8Array): Uint8Array | undefined
  /** The error of a limit, which ends the call under its own code when the handler lets it through. */
  limitError(name: string, reached: number, limit: number, what: string): Error
  /** For the error of a host call that nobody awaits: it ends the call. */
  fail(error: unknown): void
  readonly maxTimers: number
  /** For an error that has no one to be thrown at: it goes to the log of the call. */
  report(message: string, stack: string): void
}

const given = (globalThis as { readonly __signalbox_guest?: GuestSeam }).__signalbox_guest

/** @throws TypeError where a bundle runs outside of any host. */
export function seam(): GuestSeam {
  if (given === undefined) throw new TypeError('Only a host of Signalbox gives this to a bundle')
  return given
}

/** Hands an error of a callback to the log, as a browser reports it to its console. */
export function report(what: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? `${error}`) : String(error)
  given?.report(`${what} threw`, stack)
}
