import type { GuestCall, GuestOutcome, LoadedBundle } from '@signalbox/sandbox'
import type { EndedCall, WatchedCall } from '../invocations/watched-call.ts'
import type { MeterRecorder } from '../meter/meter-recorder.ts'
import type { InFlight } from '../rollout/routing/in-flight.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import type { CallScope } from './call-scope.ts'

interface Logger {
  child(
    fields: object,
  ): Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>
}

export interface GuestPorts {
  readonly snapshot: () => Snapshot
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly loadBundle: (version: InstalledVersion) => Promise<LoadedBundle>
  readonly hostCall: (
    scope: CallScope,
    name: string,
    payloadJson: string,
    signal: AbortSignal,
  ) => Promise<string>
  readonly hasEffect: (name: string, payloadJson: string) => boolean
  readonly inFlight: InFlight
  /** Meters every call, and keeps those that may be run again. */
  readonly invocations: {
    watch(guest: GuestCall): WatchedCall
    /** @returns the id under which the call is kept */
    ended(call: EndedCall): string | undefined
  }
  /** Counts the bytes of answers that are streams, as a plugin counts its own units. */
  readonly meter: Pick<MeterRecorder, 'add'>
  readonly log: Logger
  readonly now: () => number
}
