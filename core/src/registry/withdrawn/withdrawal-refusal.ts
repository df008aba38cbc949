import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../../errors.ts'
import { type Snapshot, versionKey } from '../../rollout/routing/snapshot.ts'
import type { Withdrawn } from './withdrawn-store.ts'

/** Why a version is not installed, planned or rolled out. */
export function withdrawalRefusal({ package: plugin, version, state, reason }: Withdrawn) {
  return coreErrors.create('VERSION_WITHDRAWN', { plugin, version, state, reason })
}

/** Why a version is not installed anew whose author's key was in other hands by when it was signed. */
export function keyRevokedRefusal(plugin: string, version: string, at: Date): CodedError {
  return coreErrors.create('AUTHOR_KEY_REVOKED', { plugin, version, at: at.toISOString() })
}

/** Why a version that a call leads to does not answer: it was blocked, or it is not there. Pure. */
export function notReadyRefusal(
  snapshot: Pick<Snapshot, 'blocked'>,
  plugin: string,
  version: string,
): CodedError {
  const reason = snapshot.blocked?.get(versionKey(plugin, version))
  return reason === undefined
    ? coreErrors.create('VERSION_NOT_READY', { plugin, version, state: 'not installed' })
    : coreErrors.create('VERSION_BLOCKED', { plugin, version, reason })
}
