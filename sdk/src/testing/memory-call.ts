import type { Asker, CallRule, Grant } from '../host-calls/call-rule.ts'
import type { hopsOf } from '../host-calls/cloud-event.ts'
import type { HostMemory } from './host-memory.ts'
import type { TestAnswers } from './test-answers.ts'
import type { InstalledFolder } from './test-plugin.ts'

type Origin = Parameters<typeof hopsOf>[0]

/** One host call that its rule let through. */
export interface Admitted<Request> {
  readonly request: Request
  readonly grant: Grant
  readonly grants: readonly Grant[]
  readonly asker: Asker
  readonly origin: Origin
}

export interface MemoryCall extends CallRule {
  readonly run: (call: Admitted<never>) => unknown
}

export interface MemoryPorts {
  readonly installed: InstalledFolder
  readonly memory: HostMemory
  readonly answers: TestAnswers
  readonly now: () => number
}
