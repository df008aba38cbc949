import type { Localized } from '@signalbox/sdk/errors'

/**
 * The life of a rollout. Commands that a state does not list are refused; documentation and tests are made
 * from this table. `abort` has no guard anywhere: nothing may stand in the way of going back.
 */
export const rolloutStates = {
  ready: {
    start: { to: 'running', guards: ['versions-warm', 'alone', 'from-stable', 'rehearsed'] },
    abort: { to: 'aborted', guards: [] },
  },
  running: {
    pause: { to: 'paused', guards: [] },
    advance: { to: 'running', guards: ['next-step', 'not-condemned'] },
    promote: { to: 'completed', guards: ['versions-warm', 'from-stable', 'not-condemned'] },
    abort: { to: 'aborted', guards: [] },
  },
  paused: {
    resume: { to: 'running', guards: ['versions-warm', 'not-condemned'] },
    promote: { to: 'completed', guards: ['versions-warm', 'from-stable', 'not-condemned'] },
    abort: { to: 'aborted', guards: [] },
  },
  completed: {
    rollback: {
      to: 'rolled_back',
      // Alone: a canary that runs was compared with the version that this would take away.
      guards: ['still-stable', 'versions-warm', 'window-open', 'alone'],
    },
  },
  aborted: {},
  rolled_back: {},
} as const

export type RolloutState = keyof typeof rolloutStates

/** Strongest first: of commands that meet, the first that the state allows is done and the rest are dropped. */
export const rolloutCommands = [
  'abort',
  'rollback',
  'pause',
  'resume',
  'start',
  'promote',
  'advance',
] as const
export type RolloutCommand = (typeof rolloutCommands)[number]

/** What must hold before a move is made, as the refusal says it. */
export const rolloutGuards = {
  alone: {
    en: 'no other rollout of the plugin is running or paused',
    'zh-CN': '该插件没有其他正在运行或已暂停的灰度发布',
  },
  'from-stable': {
    en: 'the version it was planned from is the stable one',
    'zh-CN': '计划所基于的版本仍是稳定版本',
  },
  'next-step': { en: 'the plan has a further step', 'zh-CN': '计划中还有下一步' },
  'not-condemned': {
    en: 'the judge has not found against the version',
    'zh-CN': '判定器未对该版本作出否定判定',
  },
  rehearsed: {
    en: 'its migration was rehearsed and can be taken back, or an admin let it through in writing (GET /v1/rollouts/{id}/rehearsal)',
    'zh-CN': '迁移已演练且可回退，或管理员已书面放行（GET /v1/rollouts/{id}/rehearsal）',
  },
  'still-stable': {
    en: 'the version of the rollout is the stable one',
    'zh-CN': '该发布的版本仍是稳定版本',
  },
  'versions-warm': { en: 'both versions are warm', 'zh-CN': '两个版本均已就绪' },
  'window-open': { en: 'the rollback window is open', 'zh-CN': '仍在回滚窗口内' },
} as const satisfies Readonly<Record<string, Localized>>
export type RolloutGuard = keyof typeof rolloutGuards

interface Move {
  readonly to: RolloutState
  readonly guards: readonly RolloutGuard[]
}

/** States in which the canary is given calls; `paused` keeps the weight it has. */
export const sharingStates: readonly RolloutState[] = ['running', 'paused']

/** States that nothing leads out of. A completed rollout is not one: it can still be rolled back. */
export const terminalStates: readonly RolloutState[] = ['aborted', 'rolled_back']

/** States that only a person leads out of, if anything does: whoever watches need not wait for more. */
export const settledStates: readonly RolloutState[] = ['completed', ...terminalStates]

function moveOf(state: RolloutState, command: RolloutCommand): Move | undefined {
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

/** What stands in the way of a command that the state allows; nothing: do it. */
export function unmetGuards(
  state: RolloutState,
  command: RolloutCommand,
  facts: Readonly<Record<RolloutGuard, boolean>>,
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
