/** The columns of the board, in their order. */
export const states = [
  'open',
  'dispositioned',
  'acting',
  'verifying',
  'closed',
  'cancelled',
] as const
export type State = (typeof states)[number]

export type Command =
  | 'dispose'
  | 'startEightD'
  | 'completeStep'
  | 'skipStep'
  | 'reopenStep'
  | 'verify'
  | 'proveEffective'
  | 'failEffectiveness'
  | 'close'
  | 'cancel'
  | 'reopen'

/** What has to hold before a command; `guards.ts` says how each is told and refused. */
export type Guard =
  | 'reason'
  | 'quantityLeft'
  | 'allDisposed'
  | 'actionsDone'
  | 'allStepsDone'
  | 'requestsSettled'
  | 'effective'

export interface Transition {
  readonly command: Command
  readonly from: State
  readonly to: State
  /** Only of those with an 8D report, or without. */
  readonly when?: 'eightD' | 'noEightD'
  readonly guards: readonly Guard[]
}

/** Where a nonconformity begins: one that needs an 8D report goes straight to work, its days run from the opening. */
export const firstState = (eightD: boolean): State => (eightD ? 'acting' : 'open')

export const transitions: readonly Transition[] = [
  { command: 'dispose', from: 'open', to: 'dispositioned', guards: ['reason', 'quantityLeft'] },
  {
    ...{ command: 'dispose', from: 'dispositioned', to: 'dispositioned' },
    guards: ['reason', 'quantityLeft'],
  },
  { command: 'dispose', from: 'acting', to: 'acting', guards: ['reason', 'quantityLeft'] },
  { command: 'dispose', from: 'verifying', to: 'verifying', guards: ['reason', 'quantityLeft'] },
  { command: 'startEightD', from: 'open', to: 'acting', guards: [] },
  { command: 'startEightD', from: 'dispositioned', to: 'acting', guards: [] },
  { command: 'completeStep', from: 'acting', to: 'acting', guards: [] },
  { command: 'completeStep', from: 'verifying', to: 'verifying', guards: [] },
  { command: 'skipStep', from: 'acting', to: 'acting', guards: ['reason'] },
  { command: 'skipStep', from: 'verifying', to: 'verifying', guards: ['reason'] },
  { command: 'reopenStep', from: 'acting', to: 'acting', guards: ['reason'] },
  { command: 'verify', from: 'acting', to: 'verifying', guards: ['actionsDone'] },
  { command: 'proveEffective', from: 'verifying', to: 'verifying', guards: ['reason'] },
  { command: 'failEffectiveness', from: 'verifying', to: 'acting', guards: ['reason'] },
  {
    ...{ command: 'close', from: 'dispositioned', to: 'closed' },
    guards: ['allDisposed', 'requestsSettled'],
  },
  {
    ...{ command: 'close', from: 'verifying', to: 'closed' },
    guards: ['allDisposed', 'allStepsDone', 'requestsSettled', 'effective'],
  },
  { command: 'cancel', from: 'open', to: 'cancelled', guards: ['reason', 'requestsSettled'] },
  { command: 'cancel', from: 'acting', to: 'cancelled', guards: ['reason', 'requestsSettled'] },
  { command: 'reopen', from: 'closed', to: 'acting', when: 'eightD', guards: ['reason'] },
  { command: 'reopen', from: 'closed', to: 'open', when: 'noEightD', guards: ['reason'] },
  { command: 'reopen', from: 'cancelled', to: 'acting', when: 'eightD', guards: ['reason'] },
  { command: 'reopen', from: 'cancelled', to: 'open', when: 'noEightD', guards: ['reason'] },
]

export function transitionOf(
  command: Command,
  { state, eightD }: { readonly state: State; readonly eightD: boolean },
): Transition | undefined {
  const kind = eightD ? 'eightD' : 'noEightD'
  return transitions.find(
    (one) =>
      one.command === command &&
      one.from === state &&
      (one.when === undefined || one.when === kind),
  )
}

/** What may be done now; for refusals and for the buttons of a page. */
export function commandsOf(where: {
  readonly state: State
  readonly eightD: boolean
}): readonly Command[] {
  const all = transitions.map(({ command }) => command)
  return [...new Set(all)].filter((command) => transitionOf(command, where) !== undefined)
}
