import type { ContractChange } from '@signalbox/sdk/contract-change'
import type { Finding } from '@signalbox/sdk/finding'
import type { PermissionDiff } from '@signalbox/sdk/permission-diff'
import type { SettingsDiff } from '@signalbox/sdk/settings-diff'

/** As `GET /v1/marketplace/reviews` lists them. */
export interface Review {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly publisher: string
  readonly tier: string
  readonly status: string
  readonly needed: number
  readonly grounds: readonly string[]
}

/** As `GET /v1/marketplace/reviews/{id}` shows one. */
export interface ShownReview extends Review {
  readonly against: string | null
  readonly entries: readonly {
    readonly kind: string
    readonly actor: string
    readonly text: string
    readonly rule: string | null
    readonly at: string
  }[]
  readonly permissions: PermissionDiff
  readonly findings: readonly Finding[]
  readonly contracts: readonly {
    readonly service: string
    readonly major: number
    readonly kind: 'added' | 'removed' | 'changed' | 'same'
    readonly changes: readonly ContractChange[]
  }[]
  readonly settings: SettingsDiff | null
}

/** As `GET …/versions/{version}/permissions` tells it: beside what runs on this host. */
export interface InstalledDiff extends PermissionDiff {
  readonly against: string | null
  readonly tenants: {
    readonly items: readonly (PermissionDiff & {
      readonly tenant: string
      readonly binding: string
      readonly runs: string | null
    })[]
    readonly next?: string
  }
}

/** As `GET …/reviews/{id}/diff` gives them. */
export interface FilesDiff {
  readonly against: string | null
  readonly files: readonly {
    readonly path: string
    readonly kind: 'added' | 'removed' | 'changed'
    readonly isConfigSchema: boolean
    readonly before: { readonly bytes: number; readonly sha256: string } | null
    readonly after: { readonly bytes: number; readonly sha256: string } | null
    readonly diff: string | null
    readonly untold: 'binary' | 'too-large' | 'too-different' | null
  }[]
  readonly unchanged: number
  readonly isCut: boolean
}
