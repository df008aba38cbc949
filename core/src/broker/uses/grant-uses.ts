/** In the place of a grant: none covers the call, which was refused and used nothing. */
export const NONE_COVERS = ''

/** One host call of a plugin, as it ended. */
export interface GrantUse {
  readonly tenant: string
  readonly plugin: string
  readonly version: string
  /** For what is always there: the name of the host call. */
  readonly capability: string
  /** Its id, or `NONE_COVERS`. */
  readonly grant: string
  /** What of the grant was used. */
  readonly facet: string
  /** `done`, the code of a refusal, or `failed`. */
  readonly outcome: string
  readonly ms: number
  /** What it moved, where it moves content. */
  readonly moved?: Moved | undefined
}

/** Bytes of files and bodies as they are, without the JSON and base64 that they cross in. */
export interface Moved {
  readonly sent: number
  readonly received: number
}
