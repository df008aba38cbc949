import type { Test } from 'tap'
import { Sandbox, type SandboxEvent, type SandboxOptions } from '../../src/index.ts'
import { type GuestFixture, guestCall } from '../guest-fixture.ts'

/** A sandbox for one test, with what it tells, and calls of one bundle that may wait for a busy machine. */
export async function startedSandbox(t: Test, source: string, options: SandboxOptions) {
  const events: SandboxEvent[] = []
  const sandbox = await Sandbox.start({ ...options, onEvent: (event) => events.push(event) })
  t.teardown(() => sandbox.stop())
  const call = (operation: string, fixture: GuestFixture = {}) =>
    sandbox.call(guestCall(source, { operation, deadlineMs: 10_000, ...fixture }))
  return { sandbox, events, call }
}
