import type { RuntimeLimits } from '@signalbox/sdk/manifest'

/** How a call may end: answered, or with one of these codes. */
export const ends = {
  ok: 'ok',
  timeout: 'SBX_TURN_TIMEOUT',
  memory: 'SBX_MEMORY_EXCEEDED',
  threw: 'SBX_PLUGIN_THREW',
  late: 'SBX_DEADLINE_EXCEEDED',
  notJson: 'SBX_OUTPUT_NOT_JSON',
  tooLarge: 'SBX_OUTPUT_TOO_LARGE',
  callsExceeded: 'SBX_HOST_CALLS_EXCEEDED',
  callsAtOnce: 'SBX_HOST_CALLS_AT_ONCE',
  messageTooLarge: 'SBX_HOST_MESSAGE_TOO_LARGE',
  messagesTooLarge: 'SBX_HOST_MESSAGES_TOO_LARGE',
  load: 'SBX_LOAD_FAILED',
  loadTimeout: 'SBX_LOAD_TIMEOUT',
  loadMemory: 'SBX_LOAD_MEMORY_EXCEEDED',
  missing: 'SBX_HANDLER_MISSING',
} as const

export type Ending = (typeof ends)[keyof typeof ends]

/** Code that does what it should not. It is data, so that a new one is a line, and every one is run the same way. */
export interface Attack {
  readonly name: string
  /** Source of the handler that is called. */
  readonly run?: string
  /** Source of the whole bundle, for what attacks while it is loaded. */
  readonly bundle?: string
  /** The only ways it may end. */
  readonly ends: readonly Ending[]
  /** The same when the bootstrap takes nothing from guests. */
  readonly openEnds?: readonly Ending[]
  /** What it answers when it ends with `ok`, as JSON. */
  readonly answer?: string
  /** Calls with the input `"warm"` before: whoever behaved well first is trusted with a pipeline. */
  readonly warmUps?: number
  readonly limits?: Partial<RuntimeLimits>
  readonly deadlineMs?: number
  readonly hostCall?: 'never' | 'echo' | 'secret'
  /** Runs under `npm test` too: cheap, or the best of its class. */
  readonly isSample?: true
}

/** Time enough to run into another limit than the turn's, also on a machine that is busy. */
export const long: Partial<RuntimeLimits> = { turnMs: 1000 }
