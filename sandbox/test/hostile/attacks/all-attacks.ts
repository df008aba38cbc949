import type { Attack } from '../attack.ts'
import { answersAndErrors } from './answers.ts'
import { clockAndTimers } from './clock.ts'
import { codeFromText } from './code-from-text.ts'
import { endlessComputing } from './endless-computing.ts'
import { escapes } from './escape.ts'
import { hostCallsAndLogs } from './host-calls.ts'
import { loadTime } from './load-time.ts'
import { memoryAttacks } from './memory.ts'
import { promises } from './promises.ts'
import { tampering } from './tampering.ts'
import { uninterruptible } from './uninterruptible.ts'

export const attackClasses: Readonly<Record<string, readonly Attack[]>> = {
  'endless computing': endlessComputing,
  'built-ins that nothing interrupts': uninterruptible,
  memory: memoryAttacks,
  'answers, errors and thrown values': answersAndErrors,
  'promises, thenables and microtasks': promises,
  'code from text': codeFromText,
  'while it is loaded': loadTime,
  'host calls and logs': hostCallsAndLogs,
  'built-ins and prototypes changed': tampering,
  'clock and timers': clockAndTimers,
  escape: escapes,
}

export const allAttacks: readonly Attack[] = Object.values(attackClasses).flat()
