import type { GuestCall, GuestOutcome, Sandbox } from '../src/index.ts'

/** A figure made of calls that failed would be no figure. */
export async function answer(sandbox: Sandbox, call: GuestCall): Promise<GuestOutcome> {
  const outcome = await sandbox.call(call)
  if (outcome.kind === 'ok') return outcome
  const { plugin, version } = call.isolate
  const cause = outcome.kind === 'failed' ? outcome.error : outcome.code
  throw new Error(`A call of ${plugin}@${version} ended as ${outcome.kind}`, { cause })
}

/** Makes `count` calls, `inFlight` at a time. @returns microseconds per call. */
export async function usPerCall(
  count: number,
  inFlight: number,
  call: () => Promise<unknown>,
): Promise<number> {
  let left = count
  const caller = async () => {
    while (left-- > 0) await call()
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: inFlight }, caller))
  return ((performance.now() - started) * 1000) / count
}
