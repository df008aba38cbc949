import { planCommands, planStates } from '../src/catalog/plan-states.ts'
import {
  endStates,
  type SubscriptionMove,
  type SubscriptionState,
  subscriptionCommands,
  subscriptionGuards,
  subscriptionMove,
  subscriptionStates,
} from '../src/catalog/subscription-states.ts'

/** core/docs/subscription-states.md, from the tables that the host runs by. */
export function subscriptionStatesPage(): string {
  return [
    '# States of subscriptions and plans',
    'Generated from `core/src/catalog/subscription-states.ts` and `plan-states.ts` by `npm run generate`; how to',
    'subscribe is in [subscriptions.md](subscriptions.md).',
    '',
    '## Subscription',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> requested: the plan asks the owner',
    '  [*] --> active: it asks nobody',
    ...moves().map(({ state, command, to }) => `  ${state} --> ${to}: ${command}`),
    ...endStates.map((state) => `  ${state} --> [*]`),
    '```',
    '',
    '| in | command | leads to | whose word | if |',
    '| --- | --- | --- | --- | --- |',
    ...moves().map(rowOf),
    '',
    '| guard | holds when | 何时成立 |',
    '| --- | --- | --- |',
    ...Object.entries(subscriptionGuards).map(
      ([name, text]) => `| \`${name}\` | ${text.en} | ${text['zh-CN']} |`,
    ),
    '',
    'The subscriber is an admin of the tenant whose app it is; the owner, an admin of the tenant that owns the service;',
    'the operator is both. `expire` is given by the host when the time is over.',
    '',
    '## Plan',
    '',
    '| in | command | leads to |',
    '| --- | --- | --- |',
    ...Object.entries(planStates).flatMap(([state, to]) =>
      planCommands.flatMap((command) => {
        const next = (to as Partial<Record<string, string>>)[command]
        return next === undefined ? [] : [`| \`${state}\` | \`${command}\` | \`${next}\` |`]
      }),
    ),
    '',
    'To close a plan cancels the subscriptions that have it.',
    '',
  ].join('\n')
}

interface Row extends SubscriptionMove {
  readonly state: SubscriptionState
  readonly command: string
}

function moves(): readonly Row[] {
  return (Object.keys(subscriptionStates) as SubscriptionState[]).flatMap((state) =>
    subscriptionCommands.flatMap((command): Row[] => {
      const move = subscriptionMove(state, command)
      return move === undefined ? [] : [{ state, command, ...move }]
    }),
  )
}

function rowOf({ state, command, to, by, guards = [] }: Row): string {
  const when = guards.length === 0 ? 'always' : guards.map((one) => `\`${one}\``).join(', ')
  return `| \`${state}\` | \`${command}\` | \`${to}\` | ${by.join(', ')} | ${when} |`
}
