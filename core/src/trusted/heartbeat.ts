/** How often a process is asked whether it still answers. */
const BEAT_MS = 1000
/** Until then its silence is only noted. */
const MISSED_MS = 2 * BEAT_MS

type HeartbeatVerdict = 'ping' | 'miss' | 'silent' | 'wait'

export interface Heartbeat {
  /** Of the ping that is not answered yet; undefined: none is under way. */
  readonly pingedAt: number | undefined
  readonly heardAt: number
  /** When this was last looked at: a host that stood still itself has no right to complain. */
  readonly lookedAt: number
}

export const newHeartbeat = (now: number): Heartbeat => ({
  pingedAt: undefined,
  heardAt: now,
  lookedAt: now,
})

/**
 * What is to be done about a process at `now`.
 * @param silentMs a process whose event loop has not answered for so long is ended
 */
export function heartbeatVerdict(
  { pingedAt, heardAt }: Heartbeat,
  now: number,
  silentMs: number,
): HeartbeatVerdict {
  if (pingedAt === undefined) return now - heardAt >= BEAT_MS ? 'ping' : 'wait'
  if (now - pingedAt >= silentMs) return 'silent'
  return now - pingedAt >= MISSED_MS ? 'miss' : 'wait'
}

/** The time in which the host did not look is nobody's silence. */
export function afterLook(beat: Heartbeat, now: number): Heartbeat {
  const stoodStillMs = Math.max(0, now - beat.lookedAt - BEAT_MS)
  const pingedAt = beat.pingedAt === undefined ? undefined : beat.pingedAt + stoodStillMs
  return { ...beat, pingedAt, lookedAt: now }
}
