import type { ExceptionKind } from './exception-rules.ts'

/** Who has an exception; what is left out fits all. */
export interface OwnerRule {
  readonly kind?: ExceptionKind
  readonly direction?: string
  readonly carrier?: string
  readonly lane?: string
  readonly owner: string
}

interface Case {
  readonly kind: ExceptionKind
  readonly direction: string
  readonly carrier?: string
  readonly lane?: string
}

const conditions = ['lane', 'carrier', 'kind', 'direction'] as const

/** The owner by the rule that says most; of two that say as much, the first. Undefined: nobody has been named. */
export function ownerOf(rules: readonly OwnerRule[], exception: Case): string | undefined {
  const fitting = rules.filter((rule) =>
    conditions.every((name) => rule[name] === undefined || rule[name] === exception[name]),
  )
  const said = (rule: OwnerRule) => conditions.filter((name) => rule[name] !== undefined).length
  return fitting.reduce<OwnerRule | undefined>(
    (best, rule) => (best === undefined || said(rule) > said(best) ? rule : best),
    undefined,
  )?.owner
}
