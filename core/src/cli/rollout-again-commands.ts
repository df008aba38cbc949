import { defineCommand } from 'citty'
import type { approverView } from '../rollout/plan/approver-view.ts'
import { percentOf } from '../rollout/plan/step-decision.ts'
import type { Rollout } from '../rollout/rollout-store.ts'
import type { ShownRollout } from '../rollout/shown-rollout.ts'
import { hostArguments, reasonArgument, tenantArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'
import { rolloutArgument, rolloutPath } from './rollout-argument.ts'
import { rolloutLine } from './rollout-line.ts'

export const retryCommand = defineCommand({
  meta: {
    name: 'retry',
    description: say({
      en: 'Plan once more what was taken back: the same plan, the same keys first',
      'zh-CN': '将已收回的发布重新计划：计划相同，相同的键最先试用',
    }),
  },
  args: {
    id: rolloutArgument,
    version: {
      type: 'string',
      description: say({ en: 'The mended version', 'zh-CN': '修复后的版本' }),
    },
    force: {
      type: 'boolean',
      description: say({
        en: 'The same version again: it was not at fault',
        'zh-CN': '再次使用同一版本：并非版本本身的问题',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const { version, force } = args
    const rollout = await client.request<Rollout>('POST', `${rolloutPath(args.id)}/retry`, {
      ...(version === undefined ? {} : { version }),
      ...(force === true ? { force } : {}),
    })
    const { id, plugin, from, to } = rollout
    print(args.json, rollout, [
      say(
        {
          en: 'Rollout {id} is planned: {plugin} {from} → {to}. Start it: signalbox rollout start {id}',
          'zh-CN':
            '灰度发布 {id} 已计划：{plugin} {from} → {to}。启动：signalbox rollout start {id}',
        },
        { id, plugin, from, to },
      ),
    ])
  },
})

export const supersedeCommand = defineCommand({
  meta: {
    name: 'supersede',
    description: say({
      en: 'Start a planned rollout; the older one of the plugin is taken back in the same moment',
      'zh-CN': '启动已计划的发布；该插件较早的发布在同一时刻收回',
    }),
  },
  args: { id: rolloutArgument, reason: reasonArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `${rolloutPath(args.id)}/start`
    const reason = args.reason === undefined ? {} : { reason: args.reason }
    const wish = { supersedes: true, ...reason }
    const rollout = await client.request<ShownRollout>('POST', path, wish)
    print(args.json, rollout, [rolloutLine(rollout)])
  },
})

/** As an approver is shown it: without whom else it concerns. */
type Asking = ReturnType<typeof approverView>

export const approveCommand = defineCommand({
  meta: {
    name: 'approve',
    description: say({
      en: "Let a rollout go on that waits for an admin's word; not for who started it",
      'zh-CN': '批准等待审批的灰度发布继续；发起人不得审批',
    }),
  },
  args: { id: rolloutArgument, reason: reasonArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const body = args.reason === undefined ? {} : { reason: args.reason }
    const rollout = await client.request<Asking>('POST', `${rolloutPath(args.id)}/approve`, body)
    print(args.json, rollout, [
      say(
        {
          en: 'Approved: {plugin} {from} → {to} goes on at {weight}.',
          'zh-CN': '已审批：{plugin} {from} → {to} 继续，权重 {weight}。',
        },
        named(rollout),
      ),
    ])
  },
})

export const approvalsCommand = defineCommand({
  meta: {
    name: 'approvals',
    description: say({
      en: 'Rollouts that wait for the word of a tenant',
      'zh-CN': '等待某租户审批的灰度发布',
    }),
  },
  args: { tenant: tenantArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/tenants/${encodeURIComponent(args.tenant)}/approvals`
    const found = await client.request<{ items: readonly Asking[] }>('GET', path)
    const none = say({ en: 'Nothing waits for an approval.', 'zh-CN': '没有等待审批的发布。' })
    print(args.json, found, found.items.length === 0 ? [none] : found.items.map(askingLine))
  },
})

function named({ plugin, from, to, weightBp }: Asking) {
  return { plugin, from, to, weight: percentOf(weightBp) }
}

function askingLine(rollout: Asking): string {
  const said = rollout.waiting ?? rollout.evidence.sentence
  const text = {
    en: '{id} · {plugin} {from} → {to} · {weight} · {sentence}',
    'zh-CN': '{id} · {plugin} {from} → {to} · {weight} · {sentence}',
  }
  return say(text, { id: rollout.id, ...named(rollout), sentence: said[terminalLanguage()] })
}
