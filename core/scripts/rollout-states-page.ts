import { pauseReasons } from '../src/rollout/plan/pause-reasons.ts'
import {
  type Move,
  type RolloutCommand,
  type RolloutState,
  rolloutCommands,
  rolloutGuards,
  rolloutStates,
  sharingStates,
  terminalStates,
} from '../src/rollout/rollout-states.ts'

/** core/docs/rollout-states.md, from the table that the host runs by. */
export function rolloutStatesPage(): string {
  return [
    '# States of a rollout',
    'Generated from `core/src/rollout/rollout-states.ts` by `npm run generate`; what a rollout is for, and how',
    'to run one, is in [rollouts.md](rollouts.md).',
    '',
    picture(),
    '',
    '## Commands',
    '',
    `Of commands that meet, the strongest that the state allows is done: ${rolloutCommands.map((one) => `\`${one}\``).join(' > ')}.`,
    `\`abort\` has no guard in any state. The canary is given calls in ${code(sharingStates)}; nothing leads out of ${code(terminalStates)}.`,
    '',
    '| in | command | leads to | if |',
    '| --- | --- | --- | --- |',
    ...moves().map(rowOf),
    '',
    '## Guards',
    '',
    '| guard | holds when | 何时成立 |',
    '| --- | --- | --- |',
    ...Object.entries(rolloutGuards)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, text]) => `| \`${name}\` | ${text.en} | ${text['zh-CN']} |`),
    '',
    '## Why a rollout is paused',
    '',
    '| reason | means | 含义 |',
    '| --- | --- | --- |',
    ...Object.entries(pauseReasons).map(
      ([name, text]) => `| \`${name}\` | ${text.en} | ${text['zh-CN']} |`,
    ),
    '',
  ].join('\n')
}

interface Row extends Move {
  readonly state: RolloutState
  readonly command: RolloutCommand
}

function moves(): readonly Row[] {
  return (Object.keys(rolloutStates) as RolloutState[]).flatMap((state) =>
    rolloutCommands.flatMap((command): Row[] => {
      const move = (rolloutStates[state] as Partial<Record<RolloutCommand, Move>>)[command]
      return move === undefined ? [] : [{ state, command, ...move }]
    }),
  )
}

function rowOf({ state, command, to, guards }: Row): string {
  return `| \`${state}\` | \`${command}\` | \`${to}\` | ${guards.length === 0 ? 'always' : code(guards)} |`
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function picture(): string {
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> ready',
    ...moves().map(({ state, command, to }) => `  ${state} --> ${to}: ${command}`),
    ...terminalStates.map((state) => `  ${state} --> [*]`),
    '```',
  ].join('\n')
}
