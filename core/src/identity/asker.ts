import type { Principal } from './principal.ts'

/** Who asks, in both words: the one that is judged and the one that is written down. */
export interface Asker {
  readonly principal: Principal
  readonly actor: string
  readonly traceId: string | null
  /** `If-Match`: the tags of what the change was made upon; see seen.ts. */
  readonly seen?: string | undefined
}
