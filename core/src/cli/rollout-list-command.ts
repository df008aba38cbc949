import { defineCommand } from 'citty'
import { percentOf } from '../rollout/plan/step-decision.ts'
import { sharingStates } from '../rollout/rollout-states.ts'
import type { Rollout } from '../rollout/rollout-store.ts'
import { weightOf } from '../rollout/rollout-weight.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { stateNames } from './rollout-line.ts'

/** As many as fit on a screen; the rest by program, with a cursor. */
const LIMIT = 20

/** \`rollout list\`: for whoever has lost an id. */
export const rolloutListCommand = defineCommand({
  meta: {
    name: 'list',
    description: say({
      en: 'Rollouts with their ids, the newest first',
      'zh-CN': '列出灰度发布及其 id，最新的在前',
    }),
  },
  args: {
    plugin: {
      type: 'string',
      description: say({ en: 'Only of this plugin', 'zh-CN': '仅限该插件' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const query = new URLSearchParams({ limit: String(LIMIT) })
    if (args.plugin !== undefined) query.set('plugin', args.plugin)
    const found = await client.request<{ items: readonly Rollout[] }>(
      'GET',
      `/v1/rollouts?${query}`,
    )
    const none = say({ en: 'There are no rollouts.', 'zh-CN': '没有灰度发布。' })
    print(args.json, found, found.items.length === 0 ? [none] : found.items.map(lineOf))
  },
})

function lineOf(rollout: Rollout): string {
  const { id, state, plugin, from, to, createdAt } = rollout
  const weight = sharingStates.includes(state) ? ` · ${percentOf(weightOf(rollout))}` : ''
  return `${id} · ${stateNames[state]}${weight} · ${plugin} ${from} → ${to} · ${createdAt}`
}
