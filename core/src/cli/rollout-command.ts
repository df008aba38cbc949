import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import type { RolloutDescription } from '../rollout/describe-rollout.ts'
import { type RolloutCommand, settledStates } from '../rollout/rollout-states.ts'
import { assignmentCommand } from './assignment-command.ts'
import { hostArguments, reasonArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import {
  approvalsCommand,
  approveCommand,
  retryCommand,
  supersedeCommand,
} from './rollout-again-commands.ts'
import { rolloutArgument, rolloutPath } from './rollout-argument.ts'
import { rolloutCohortsCommand } from './rollout-cohorts-command.ts'
import { analysisCommand, validateCommand } from './rollout-figures-commands.ts'
import {
  freezeCommand,
  freezesCommand,
  lockdownCommand,
  unfreezeCommand,
} from './rollout-freeze-commands.ts'
import { nodesLines, rolloutLine } from './rollout-line.ts'
import { planArguments, wishOf } from './rollout-plan.ts'

/** As often as the host's own pages look. */
const LOOK_EVERY_MS = 500

const start = defineCommand({
  meta: {
    name: 'start',
    description: say({
      en: 'Give an installed version a growing share of the calls',
      'zh-CN': '让已安装的版本逐步承担更多调用',
    }),
  },
  args: {
    ...planArguments,
    supersedes: {
      type: 'boolean',
      description: say({
        en: 'Take the older rollout of the plugin back in the same moment',
        'zh-CN': '同时收回该插件较早的灰度发布',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const wish = await wishOf(args)
    const connection = await connectionOf(args)
    const client = new HostClient(connection)
    const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', wish)
    const rollout = await client.request<RolloutDescription>(
      'POST',
      `${rolloutPath(id)}/start`,
      args.supersedes === true ? { supersedes: true } : {},
    )
    print(args.json, rollout, [
      say({ en: 'Rollout {id} runs.', 'zh-CN': '灰度发布 {id} 已开始。' }, { id }),
      rolloutLine(rollout),
      say(
        { en: 'Watch it: {url}', 'zh-CN': '查看：{url}' },
        { url: `${connection.url}/rollouts/${id}` },
      ),
    ])
  },
})

const status = defineCommand({
  meta: {
    name: 'status',
    description: say({
      en: 'Where a rollout stands, and why',
      'zh-CN': '查看灰度发布的状态及原因',
    }),
  },
  args: {
    id: rolloutArgument,
    watch: {
      type: 'boolean',
      description: say({
        en: 'A line a change until it is over; exit code 1 when it was aborted',
        'zh-CN': '每次变化输出一行，直至结束；若被中止则退出码为 1',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    if (args.watch === true) {
      await watch(client, args.id, args.json)
      return
    }
    const rollout = await client.request<RolloutDescription>('GET', rolloutPath(args.id))
    const waiting = rollout.waiting
    print(args.json, rollout, [
      rolloutLine(rollout),
      ...(waiting === null
        ? []
        : [say({ en: `waits: ${waiting.en}`, 'zh-CN': `等待：${waiting['zh-CN']}` })]),
      ...nodesLines(rollout),
    ])
  },
})

async function watch(client: HostClient, id: string, json: boolean | undefined): Promise<void> {
  for (let told = ''; ; ) {
    const rollout = await client.request<RolloutDescription>('GET', rolloutPath(id))
    const line = rolloutLine(rollout)
    if (line !== told) print(json, rollout, [line])
    told = line
    if (settledStates.includes(rollout.state)) {
      if (rollout.state === 'aborted' || rollout.state === 'superseded') process.exitCode = 1
      return
    }
    await delay(LOOK_EVERY_MS)
  }
}

/** A command that only moves a rollout that is there. */
function move(command: RolloutCommand, description: string) {
  return defineCommand({
    meta: { name: command, description },
    args: { id: rolloutArgument, reason: reasonArgument, ...hostArguments },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const rollout = await client.request<RolloutDescription>(
        'POST',
        `${rolloutPath(args.id)}/${command}`,
        args.reason === undefined ? {} : { reason: args.reason },
      )
      print(args.json, rollout, [rolloutLine(rollout), ...nodesLines(rollout)])
    },
  })
}

export const rolloutCommand = defineCommand({
  meta: {
    name: 'rollout',
    description: say({ en: 'Gradual switches to another version', 'zh-CN': '灰度发布' }),
  },
  subCommands: {
    validate: validateCommand,
    start,
    status,
    analysis: analysisCommand,
    assignment: assignmentCommand,
    approvals: approvalsCommand,
    approve: approveCommand,
    pause: move('pause', say({ en: 'Keep the weight as it is', 'zh-CN': '保持当前权重不变' })),
    resume: move(
      'resume',
      say({ en: 'Go on with the step, from its beginning', 'zh-CN': '从当前步骤的起点继续' }),
    ),
    promote: move(
      'promote',
      say({ en: 'Make the new version stable at once', 'zh-CN': '立即将新版本转为稳定版' }),
    ),
    abort: move(
      'abort',
      say({ en: 'Give all calls back to stable at once', 'zh-CN': '立即将全部调用交还稳定版' }),
    ),
    supersede: supersedeCommand,
    retry: retryCommand,
    freeze: freezeCommand,
    unfreeze: unfreezeCommand,
    freezes: freezesCommand,
    lockdown: lockdownCommand,
    cohorts: rolloutCohortsCommand,
  },
})
