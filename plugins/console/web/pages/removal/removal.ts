import { pluginPath } from '../plugins/plugin.ts'

/** What becomes of what the plugin has stored. */
export const DATA_WISHES = ['keep', 'export', 'purge'] as const
export type DataWish = (typeof DATA_WISHES)[number]

export type RemovalState = 'keeping' | 'kept' | 'exporting' | 'purging' | 'purged'

/** How far it has come, as `DELETE /v1/plugins/{name}` and `GET …/removal` tell. */
export interface Removal {
  readonly plugin: string
  readonly state: RemovalState
  readonly versions: readonly string[]
  readonly exported?: {
    readonly folder: string
    readonly files: number
    readonly rows: number
    readonly bytes: number
  }
  /** Why it waits; it is tried again by itself. */
  readonly fault?: { readonly code: string; readonly detail: string }
}

/** Whether the host is still at it. Pure. */
export function isUnfinished({ state }: Pick<Removal, 'state'>): boolean {
  return state !== 'kept' && state !== 'purged'
}

/** Whether there is no data left that another wish could be about. Pure. */
export function isGone({ state }: Pick<Removal, 'state'>): boolean {
  return state === 'purging' || state === 'purged'
}

/** Where the host tells how far it has come. Pure. */
export function removalPath(name: string): string {
  return `${pluginPath(name)}/removal`
}
