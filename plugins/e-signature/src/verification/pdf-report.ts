import type { DigestName } from '../algorithms/digests.ts'
import type { PathReason } from '../certificates/path-reasons.ts'
import type { FaultCode } from './faults.ts'
import type { HiddenObject } from './hidden-objects.ts'
import type { Chain } from './judge-chain.ts'
import type { Level } from './level.ts'
import type { LaterChange } from './revision-states.ts'

export interface JudgedChange extends LaterChange {
  readonly allowed: boolean
}

export type ChangesAfter = 'none' | 'allowed' | 'suspicious'

/** What is found of one signature; whether to rely on it stays with whoever reads it. */
export interface SignatureReport {
  readonly field: string
  readonly kind: 'signature' | 'timestamp'
  readonly signer: string
  readonly organization?: string
  readonly reason?: string
  readonly intact: boolean
  /** Offset behind the last byte that it covers; 0 where it covers nothing that could be trusted. */
  readonly coversUntil: number
  readonly coversWholeFile: boolean
  readonly revision: number
  readonly certifies: boolean
  /** DocMDP, as it binds what comes after this signature. */
  readonly permissions: 1 | 2 | 3
  readonly changesAfter: ChangesAfter
  readonly changes: readonly JudgedChange[]
  readonly chain: Chain
  readonly chainReasons: readonly PathReason[]
  readonly time?: number
  readonly timeSource: 'none' | 'signer' | 'timestamp'
  readonly level?: Level
  readonly baseline: readonly string[]
  readonly faults: readonly FaultCode[]
  readonly algorithm?: string
  readonly digest?: DigestName
}

export interface PdfReport {
  readonly document: {
    readonly size: number
    readonly pages: number
    readonly encrypted: boolean
    readonly revisions: number
    readonly hidden: readonly HiddenObject[]
    /** Why it could not be read, or only in part. */
    readonly problem?: { readonly code: string; readonly message: string }
  }
  readonly signatures: readonly SignatureReport[]
}
