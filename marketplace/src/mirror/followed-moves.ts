import type { VersionState } from '../review/version-states.ts'

/** As a marketplace tells of a version. */
export type ToldState = 'published' | 'deprecated' | 'yanked' | 'unpublished' | 'blocked'

type Move = 'yank' | 'unyank' | 'block' | 'unblock'

/**
 * What follows here of what a marketplace says of a version. What it blocks is blocked here, whoever said otherwise; what
 * somebody of this host withdrew, no other marketplace brings back. Pure.
 * @param isTheirs whether the state here was brought about by that marketplace
 */
export function followedMoves(
  here: { readonly state: VersionState; readonly isTheirs: boolean },
  told: ToldState,
): readonly Move[] {
  const { state, isTheirs } = here
  const isOut = state === 'published' || state === 'deprecated'
  if (told === 'blocked') return isOut || state === 'yanked' ? ['block'] : []
  if (told === 'yanked' || told === 'unpublished') {
    if (isOut) return ['yank']
    return state === 'blocked' && isTheirs ? ['unblock'] : []
  }
  if (!isTheirs) return []
  if (state === 'yanked') return ['unyank']
  return state === 'blocked' ? ['unblock', 'unyank'] : []
}

/**
 * Where tags lead here: as there, to what is here and may be chosen; `latest`, without which npm reads nothing, to the
 * highest release otherwise. Pure.
 * @param fallback where nothing else is left for `latest`
 */
export function followedTags(
  told: Readonly<Record<string, string>>,
  chosen: readonly string[],
  fallback: string | undefined,
): Readonly<Record<string, string>> {
  const tags = Object.entries(told).filter(([, version]) => chosen.includes(version))
  return { ...(fallback === undefined ? {} : { latest: fallback }), ...Object.fromEntries(tags) }
}
