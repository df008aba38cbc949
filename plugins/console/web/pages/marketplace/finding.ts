import type { SomeText } from './package.ts'

/** What the checks found in a package and let pass. */
export interface Finding {
  readonly rule: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly file?: string
  readonly line?: number
  readonly message: SomeText
  readonly cure: SomeText
}
