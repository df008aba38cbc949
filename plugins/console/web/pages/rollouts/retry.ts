import type { RolloutSummary } from './rollout.ts'

/** What the host is asked for: the version that was taken back is tried again only where somebody says that it was not at fault. Pure. */
export function retryBody(
  { to }: Pick<RolloutSummary, 'to'>,
  version: string,
): { readonly version: string } | { readonly force: true } {
  return version === to ? { force: true } : { version }
}
