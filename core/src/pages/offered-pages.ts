import type { HostPage } from '@signalbox/sdk/host-page'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import { pagesOf } from './pick-page.ts'

/** Pages of the stable versions, by path: where somebody may go who has just signed in. Pure. */
export function offeredPages(snapshot: Snapshot): readonly Pick<HostPage, 'path' | 'title'>[] {
  return [...snapshot.stable]
    .flatMap(([plugin, version]) => {
      const installed = snapshot.versions.get(versionKey(plugin, version))
      return installed === undefined ? [] : pagesOf(installed)
    })
    .map(({ path, title }) => ({ path, title }))
    .sort((one, other) => one.path.localeCompare(other.path))
}
