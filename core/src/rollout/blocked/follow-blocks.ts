import { CodedError } from '@signalbox/sdk/errors'
import type { Ground } from '../move-rollout.ts'
import type { RolloutService } from '../rollout-service.ts'
import type { RolloutCommand } from '../rollout-states.ts'
import { type Snapshot, versionKey } from '../routing/snapshot.ts'

interface Ports {
  readonly rollouts: Pick<RolloutService, 'command' | 'rollback'>
  readonly log: { warn(fields: object, message: string): void }
}

/** What a block makes of a plugin's rollouts. */
export type BlockMove =
  | { readonly kind: 'command'; readonly id: string; readonly command: RolloutCommand }
  | { readonly kind: 'rollback'; readonly plugin: string }

const caller = { actor: 'host', traceId: null }

/**
 * What has to be moved because of what is blocked: a canary that is blocked is taken back; where the stable version is,
 * the one before takes over. Both, where a canary runs beside a blocked stable: what it was compared with is gone. Pure,
 * and asked of every table anew, so that a killed host goes on.
 */
export function blockMoves(snapshot: Snapshot): readonly (BlockMove & { reason: string })[] {
  const { blocked = new Map<string, string>() } = snapshot
  if (blocked.size === 0) return []
  const moves: (BlockMove & { reason: string })[] = []
  for (const [plugin, stable] of snapshot.stable) {
    const rollout = snapshot.rollouts.get(plugin)
    const ofStable = blocked.get(versionKey(plugin, stable))
    const ofCanary = rollout && blocked.get(versionKey(plugin, rollout.to))
    const why = ofCanary ?? ofStable
    if (rollout !== undefined && why !== undefined) {
      moves.push({ kind: 'command', id: rollout.id, command: 'abort', reason: why })
    }
    if (ofStable !== undefined) moves.push({ kind: 'rollback', plugin, reason: ofStable })
  }
  return moves
}

/**
 * Calls of a blocked version are refused from the table itself; this brings the version before back. Every node tries:
 * who comes second finds it done.
 * @returns to be told of each table
 */
export function followBlocks({ rollouts, log }: Ports): (snapshot: Snapshot) => Promise<void> {
  let tried = ''
  return async (snapshot) => {
    const moves = blockMoves(snapshot)
    // A rollback that is refused is refused until something else changes.
    const asked = JSON.stringify([moves, [...snapshot.stable]])
    if (asked === tried) return
    tried = asked
    for (const { reason, ...move } of moves) {
      try {
        await (move.kind === 'rollback'
          ? rollouts.rollback(caller, move.plugin, groundOf(reason))
          : rollouts.command(caller, move.id, move.command, groundOf(reason)))
      } catch (err) {
        // An outage: the next table is looked at as if this one had not been.
        if (!(err instanceof CodedError) || err.status === 503) tried = ''
        log.warn({ err, ...move }, 'what a blocked version leaves behind cannot be moved')
      }
    }
  }
}

function groundOf(reason: string): Ground {
  return {
    reason: {
      en: `The marketplace blocked the version: ${reason}`,
      'zh-CN': `应用市场已封禁该版本：${reason}`,
    },
  }
}
