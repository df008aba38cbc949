import type { ProcessExit } from '../process/guest-process.ts'

export interface LaneFault {
  /** `external`: from outside, nobody's call is the cause. */
  readonly kind: 'external' | 'turn-timeout' | 'memory' | 'crash'
  readonly text: string
}

const crashSignals = new Set(['SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGTRAP', 'SIGBUS', 'SIGFPE'])

/** V8's own last words, and those of isolated-vm when an isolate's limit is passed in one leap. */
const outOfMemory = /out of memory|allocation failed|is_heap_oom = 1|CALL_AND_RETRY_LAST/i

export function laneFault(exit: ProcessExit): LaneFault {
  const { killedFor, signal, stderr } = exit
  if (killedFor === 'turn-timeout' || killedFor === 'memory') {
    return { kind: killedFor, text: `killed: ${killedFor}` }
  }
  if (killedFor === 'protocol') return { kind: 'crash', text: 'it broke the wire format' }
  if (killedFor !== null) return { kind: 'external', text: `killed: ${killedFor}` }
  if (outOfMemory.test(stderr)) {
    return { kind: 'memory', text: 'V8 ran out of memory' }
  }
  if (signal !== null && crashSignals.has(signal)) return { kind: 'crash', text: signal }
  return { kind: 'external', text: signal ?? `exit code ${exit.exitCode}` }
}
