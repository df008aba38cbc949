export type {
  GuestCall,
  GuestEntry,
  GuestOutcome,
  IsolateSpec,
  LogLevel,
} from './lane/guest-call.ts'
export type { Culprit } from './lane/lane.ts'
export { Sandbox, type SandboxEvent, type SandboxOptions, type SandboxStats } from './sandbox.ts'
export { sandboxErrors } from './sandbox-errors.ts'
