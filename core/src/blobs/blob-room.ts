import { coreErrors } from '../errors.ts'
import type { BlobOwner } from './blob-owner.ts'

/**
 * Whether so much more fits. Asked while the owner's row is locked, therefore exact.
 * @throws CORE_BLOB_QUOTA_EXCEEDED
 */
export function requireRoom(
  { plugin }: BlobOwner,
  used: number,
  more: number,
  quotaBytes: number,
): void {
  const reached = used + more
  if (more === 0 || reached <= quotaBytes) return
  throw coreErrors.create('BLOB_QUOTA_EXCEEDED', { plugin, reached, limit: quotaBytes })
}
