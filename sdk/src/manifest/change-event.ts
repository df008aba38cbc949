import type { Manifest } from './manifest.ts'

/** The host's own event, for the owner of an extension point alone: what is put into it changed in the tenant. */
export const CONTRIBUTIONS_CHANGED = 'signalbox.contributions.changed'

/** The extension points whose owner is told so. */
export function toldPoints({ provides }: Pick<Manifest, 'provides'>): readonly string[] {
  return (provides?.extensionPoints ?? [])
    .filter(({ changeEvent }) => changeEvent === true)
    .map(({ id }) => id)
}
