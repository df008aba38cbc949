import type { Grant } from '../rollout/routing/snapshot.ts'

/** Whose a blob is: a plugin in a tenant. Every version of the plugin sees the same blobs. */
export interface BlobOwner {
  readonly tenant: string
  readonly plugin: string
}

/** One text for it; neither part has a space. */
export const ownerKey = ({ tenant, plugin }: BlobOwner): string => `${tenant} ${plugin}`

const MIB = 1024 * 1024

/**
 * What the admin granted, in bytes; the largest where versions of different wishes are granted. Pure.
 * @returns undefined: nothing is granted
 */
export function quotaOf(grants: readonly Grant[]): number | undefined {
  const quotas = grants
    .filter(({ capability }) => capability === 'blob:own')
    .map(({ parameters }) => Number(parameters.quotaMb) * MIB)
  return quotas.length === 0 ? undefined : Math.max(...quotas)
}
