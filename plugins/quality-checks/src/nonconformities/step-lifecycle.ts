import type { Step } from './nonconformity.ts'

export type StepCommand = 'complete' | 'skip' | 'reopen'

/** Of a step: from which states a command leads where. */
export const stepTransitions: Readonly<
  Record<StepCommand, { readonly from: readonly Step['state'][]; readonly to: Step['state'] }>
> = {
  complete: { from: ['open'], to: 'done' },
  skip: { from: ['open'], to: 'skipped' },
  reopen: { from: ['done', 'skipped'], to: 'open' },
}
