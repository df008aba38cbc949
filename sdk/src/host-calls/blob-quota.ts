import type { Grant } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'

const MIB = 1024 * 1024

/**
 * What the admin granted, in bytes; the largest where versions of different wishes are granted. Pure.
 * @returns undefined: nothing is granted
 */
export function quotaOf(grants: readonly Grant[]): number | undefined {
  const quotas = grants
    .filter(({ capability }) => capability === 'blob:own')
    .map(({ parameters }) => Number(parameters['quotaMb']) * MIB)
  return quotas.length === 0 ? undefined : Math.max(...quotas)
}

/**
 * Whether so much more fits. A real host asks while the owner's row is locked, therefore exactly.
 * @throws CORE_BLOB_QUOTA_EXCEEDED
 */
export function requireRoom(
  { plugin }: { readonly plugin: string },
  used: number,
  more: number,
  quotaBytes: number,
): void {
  const reached = used + more
  if (more === 0 || reached <= quotaBytes) return
  throw hostRefusals.create('BLOB_QUOTA_EXCEEDED', { plugin, reached, limit: quotaBytes })
}
