import type { Localized } from '@signalbox/sdk/errors'

const promotion = {
  to: 'completed',
  guards: [
    'versions-warm',
    'from-stable',
    'not-condemned',
    'gates-passed',
    'unlocked',
    'not-frozen',
  ],
} as const

/**
 * The life of a rollout. Commands that a state does not list are refused; documentation and tests are made
 * from this table. `abort` has no guard anywhere: nothing may stand in the way of going back.
 */
export const rolloutStates = {
  ready: {
    start: {
      to: 'running',
      guards: ['versions-warm', 'alone', 'from-stable', 'unlocked', 'not-frozen', 'rehearsed'],
    },
    abort: { to: 'aborted', guards: [] },
  },
  running: {
    pause: { to: 'paused', guards: [] },
    approve: {
      to: 'running',
      guards: [
        'approval-due',
        'may-approve',
        'four-eyes',
        'nothing-suspect',
        'unlocked',
        'not-frozen',
      ],
    },
    promote: promotion,
    // The weight stays at 100 %, so a freeze does not stand in its way; the promotion after it has to wait.
    bake: { to: 'baking', guards: ['bake-step', 'not-condemned'] },
    advance: {
      to: 'running',
      guards: ['next-step', 'not-condemned', 'gate-open', 'unlocked', 'not-frozen'],
    },
    abort: { to: 'aborted', guards: [] },
    // Within the start of another rollout of the plugin, and only there: that start has the guards.
    supersede: { to: 'superseded', guards: [] },
  },
  baking: {
    pause: { to: 'paused', guards: [] },
    promote: promotion,
    abort: { to: 'aborted', guards: [] },
    supersede: { to: 'superseded', guards: [] },
  },
  paused: {
    // The weight stays as it was: it neither waits for the end of a freeze nor of a lockdown.
    resume: { to: 'running', guards: ['versions-warm', 'not-condemned'] },
    promote: promotion,
    abort: { to: 'aborted', guards: [] },
    supersede: { to: 'superseded', guards: [] },
  },
  completed: {
    rollback: {
      to: 'rolled_back',
      // Alone: a canary that runs was compared with the version that this would take away.
      guards: ['still-stable', 'versions-warm', 'window-open', 'alone'],
    },
  },
  aborted: {},
  superseded: {},
  rolled_back: {},
} as const

export type RolloutState = keyof typeof rolloutStates

/** Strongest first: of commands that meet, the first that the state allows is done and the rest are dropped. */
export const rolloutCommands = [
  'abort',
  'rollback',
  'supersede',
  'pause',
  'resume',
  'start',
  'approve',
  'promote',
  'bake',
  'advance',
] as const
export type RolloutCommand = (typeof rolloutCommands)[number]

/** What must hold before a move is made, as the refusal says it. */
export const rolloutGuards = {
  alone: {
    en: 'no other rollout of the plugin is running, baking or paused',
    'zh-CN': '该插件没有其他正在运行、观察或已暂停的灰度发布',
  },
  'approval-due': {
    en: 'the step it is in waits for an approval',
    'zh-CN': '当前步骤正在等待审批',
  },
  'bake-step': {
    en: 'the step it is in bakes the version at 100 %',
    'zh-CN': '当前步骤包含 100 % 观察期',
  },
  'four-eyes': {
    en: 'who approves is not who started it, by the token',
    'zh-CN': '审批所用令牌不得是发起时所用的令牌',
  },
  'from-stable': {
    en: 'the version it was planned from is the stable one',
    'zh-CN': '计划所基于的版本仍是稳定版本',
  },
  'gate-open': {
    en: 'the step it is in is no approval, and no gate that has not been opened',
    'zh-CN': '当前步骤既不是审批，也不是尚未放行的闸口',
  },
  'gates-passed': {
    en: 'no approval, gate or shadow step of the plan is left',
    'zh-CN': '计划中没有剩余的审批、闸口或影子步骤',
  },
  'may-approve': {
    en: 'the approval is asked of who gives it',
    'zh-CN': '审批请求面向该审批人',
  },
  'next-step': { en: 'the plan has a further step', 'zh-CN': '计划中还有下一步' },
  'not-condemned': {
    en: 'the judge has not found against the version',
    'zh-CN': '判定器未对该版本作出否定判定',
  },
  'not-frozen': { en: 'no freeze is in force', 'zh-CN': '当前不在冻结期内' },
  'nothing-suspect': {
    en: 'the judge finds nothing suspect about the version, or a person accepted it in this step',
    'zh-CN': '判定器未发现该版本可疑，或已有人在本步骤中接受',
  },
  rehearsed: {
    en: 'its migration was rehearsed and can be taken back, or an admin let it through in writing (GET /v1/rollouts/{id}/rehearsal)',
    'zh-CN': '迁移已演练且可回退，或管理员已书面放行（GET /v1/rollouts/{id}/rehearsal）',
  },
  'still-stable': {
    en: 'the version of the rollout is the stable one',
    'zh-CN': '该发布的版本仍是稳定版本',
  },
  unlocked: { en: 'no lockdown is in force', 'zh-CN': '当前未处于全面锁定' },
  'versions-warm': { en: 'both versions are warm', 'zh-CN': '两个版本均已就绪' },
  'window-open': { en: 'the rollback window is open', 'zh-CN': '仍在回滚窗口内' },
} as const satisfies Readonly<Record<string, Localized>>
export type RolloutGuard = keyof typeof rolloutGuards

export interface Move {
  readonly to: RolloutState
  readonly guards: readonly RolloutGuard[]
}

/** States in which the canary is given calls; `paused` keeps the weight it has. */
export const sharingStates: readonly RolloutState[] = ['running', 'paused', 'baking']

/** States that nothing leads out of. A completed rollout is not one: it can still be rolled back. */
export const terminalStates: readonly RolloutState[] = ['aborted', 'superseded', 'rolled_back']

/** States that only a person leads out of, if anything does: whoever watches need not wait for more. */
export const settledStates: readonly RolloutState[] = ['completed', ...terminalStates]

export function moveOf(state: RolloutState, command: RolloutCommand): Move | undefined {
  const moves: Partial<Record<RolloutCommand, Move>> = rolloutStates[state]
  return moves[command]
}

/** @returns the next state, or undefined where the command is refused. Guards are asked apart. */
export function nextRolloutState(
  state: RolloutState,
  command: RolloutCommand,
): RolloutState | undefined {
  return moveOf(state, command)?.to
}

/** Whether a lockdown or a freeze can stand in the way of the command, in whatever state. */
export function mayBeHeld(command: RolloutCommand): boolean {
  const states = Object.keys(rolloutStates) as RolloutState[]
  return states.some((state) => moveOf(state, command)?.guards.includes('unlocked') === true)
}

/** What stands in the way of a command that the state allows; nothing: do it. What was not asked is unmet. */
export function unmetGuards(
  state: RolloutState,
  command: RolloutCommand,
  facts: Readonly<Partial<Record<RolloutGuard, boolean>>>,
): readonly RolloutGuard[] {
  return moveOf(state, command)?.guards.filter((guard) => !facts[guard]) ?? []
}

/** Of commands that wait for one rollout, the one to do; undefined: the state allows none of them. */
export function strongestCommand(
  state: RolloutState,
  waiting: readonly RolloutCommand[],
): RolloutCommand | undefined {
  return rolloutCommands.find(
    (command) => waiting.includes(command) && moveOf(state, command) !== undefined,
  )
}

/** The step a command leads to: only these two go on, and by one. */
export function nextStep(step: number, command: RolloutCommand): number {
  return command === 'advance' || command === 'approve' ? step + 1 : step
}

/** Commands after which a step's hold is counted from nothing. */
export function beginsStep(command: RolloutCommand): boolean {
  return ['start', 'approve', 'advance', 'resume', 'bake'].includes(command)
}
