/** A tracking service that is asked, as the tenant sets it up. */
export interface Connection {
  /** With `{number}` and `{carrier}` where they belong. */
  readonly url: string
  readonly pack: string
  /** Which header holds the key, such as `as-api-key`; `authorization` when absent. */
  readonly header?: string
  /** Before the key, such as `Bearer `. */
  readonly scheme?: string
  /** Which carriers are asked here; all when absent. */
  readonly carriers?: readonly string[]
  /** Requests a run, which is every five minutes. */
  readonly perRun?: number
  /** For times of its answers that have none. */
  readonly offset?: string
}

export interface PollingSettings {
  readonly polling?: { readonly first?: Connection; readonly second?: Connection }
}

export type ConnectionName = 'first' | 'second'

/** The connection that asks after parcels of a carrier. */
export function connectionFor(
  { polling = {} }: PollingSettings,
  carrier: string | null,
): ConnectionName | undefined {
  const names = ['first', 'second'] as const
  return names.find((name) => {
    const connection = polling[name]
    if (connection === undefined) return false
    return connection.carriers === undefined || connection.carriers.includes(carrier ?? '')
  })
}
