import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import { type RolloutCommand, settledStates } from '../rollout/rollout-states.ts'
import type { ShownRollout } from '../rollout/shown-rollout.ts'
import { assignmentCommand } from './assignment-command.ts'
import { hostArguments, reasonArgument } from './common-arguments.ts'
import { connectionOf, HostClient, HostRefusal } from './host-client.ts'
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
import { drainingLines, newsOf, nodesLines, rolloutLine, waitingLines } from './rollout-line.ts'
import { rolloutListCommand } from './rollout-list-command.ts'
import { type PlanWords, planArguments, wishOf } from './rollout-plan.ts'

/** As often as the host's own pages look. */
const LOOK_EVERY_MS = 500
/** Of a watch: figures alone change with each call, and a line for each would bury what matters. */
const FIGURES_EVERY_MS = 5000

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
    version: {
      ...planArguments.version,
      description: say({
        en: 'plugin@version, or the rol_… of a rollout that is planned already',
        'zh-CN': '插件@版本，或已计划的灰度发布 rol_…',
      }),
    },
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
    const connection = await connectionOf(args)
    const client = new HostClient(connection)
    const planned = /^rol_[0-9a-f]{16}$/.test(args.version) ? args.version : undefined
    const id = planned ?? (await plan(client, args))
    const rollout = await startPlanned(client, id, args.supersedes === true)
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

async function plan(client: HostClient, words: PlanWords): Promise<string> {
  const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', await wishOf(words))
  return id
}

/** What was planned stays planned where it may not start now: whoever tries again is told how, and plans no second one. */
async function startPlanned(client: HostClient, id: string, supersedes: boolean) {
  try {
    const wish = supersedes ? { supersedes } : {}
    return await client.request<ShownRollout>('POST', `${rolloutPath(id)}/start`, wish)
  } catch (error) {
    if (!(error instanceof HostRefusal) || error.problem.status !== 409) throw error
    const text = {
      en: 'It stays planned: "signalbox rollout start {id}" starts it later, "signalbox rollout abort {id}" drops it.',
      'zh-CN':
        '该发布保持已计划状态：稍后可用 "signalbox rollout start {id}" 启动，或用 "signalbox rollout abort {id}" 放弃。',
    }
    const { problem } = error
    const detail = `${problem.detail}\n${say(text, { id })}`
    throw new HostRefusal({ ...problem, detail }, { cause: error })
  }
}

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
        en: 'A line a change until it is over; exit code 1 when it was aborted or superseded',
        'zh-CN': '每次变化输出一行，直至结束；若被中止或取代则退出码为 1',
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
    const rollout = await client.request<ShownRollout>('GET', rolloutPath(args.id))
    print(args.json, rollout, linesOf(rollout))
  },
})

function linesOf(rollout: ShownRollout): string[] {
  return [
    rolloutLine(rollout),
    ...waitingLines(rollout),
    ...drainingLines(rollout),
    ...nodesLines(rollout),
  ]
}

async function watch(client: HostClient, id: string, json: boolean | undefined): Promise<void> {
  let told = { news: '', line: '', at: Number.NEGATIVE_INFINITY }
  for (;;) {
    const rollout = await client.request<ShownRollout>('GET', rolloutPath(id))
    const news = newsOf(rollout)
    const line = rolloutLine(rollout)
    const now = performance.now()
    const isDue = line !== told.line && now - told.at >= FIGURES_EVERY_MS
    if (news !== told.news || isDue) {
      print(json, rollout, [line, ...waitingLines(rollout)])
      told = { news, line, at: now }
    }
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
      const rollout = await client.request<ShownRollout>(
        'POST',
        `${rolloutPath(args.id)}/${command}`,
        args.reason === undefined ? {} : { reason: args.reason },
      )
      print(args.json, rollout, linesOf(rollout))
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
    list: rolloutListCommand,
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
