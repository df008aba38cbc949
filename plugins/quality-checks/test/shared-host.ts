import type { TestHost } from '@signalbox/sdk/testing'

/**
 * A host takes half a second of processor time to make: tests of a file share one, and each begins with nothing.
 * @param empty forgets the rows of all tables
 */
export function sharedHost<Host extends TestHost>(
  make: () => Promise<Host>,
  empty: () => Promise<void>,
): () => Promise<Host> {
  let made: Promise<Host> | undefined
  return async () => {
    made ??= make()
    const host = await made
    await empty()
    ;(host.published as unknown[]).length = 0
    return host
  }
}
