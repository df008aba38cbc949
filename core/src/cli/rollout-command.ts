import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import { coreErrors } from '../errors.ts'
import type { RolloutDescription } from '../rollout/describe-rollout.ts'
import { type RolloutCommand, settledStates } from '../rollout/rollout-states.ts'
import { hostArguments, reasonArgument } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { parsePluginVersion } from './plugin-reference.ts'
import { nodesLines, rolloutLine } from './rollout-line.ts'

/** As often as the host's own pages look. */
const LOOK_EVERY_MS = 500

const idArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The rollout, rol_…', 'zh-CN': '灰度发布，rol_…' }),
} as const

const start = defineCommand({
  meta: {
    name: 'start',
    description: say({
      en: 'Give an installed version a growing share of the calls',
      'zh-CN': '让已安装的版本逐步承担更多调用',
    }),
  },
  args: {
    version: {
      type: 'positional',
      required: true,
      description: say({ en: 'plugin@version', 'zh-CN': '插件@版本' }),
    },
    steps: {
      type: 'string',
      description: say({
        en: 'JSON file: [{"weightBp":100,"hold":{"durationMs":60000,"exposures":30}},…], or an object with steps, keys, deny, allow …',
        'zh-CN':
          'JSON 文件：[{"weightBp":100,"hold":{"durationMs":60000,"exposures":30}},…]，或包含 steps、keys、deny、allow 等的对象',
      }),
    },
    by: {
      type: 'enum',
      options: ['request', 'subject', 'app', 'unit', 'tenant', 'entity'],
      description: say({
        en: 'What is drawn: each call, or whole subjects, apps, units, tenants or entities (request)',
        'zh-CN': '抽取单位：单次调用，或整个主体、应用、单位、租户、实体（request）',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const { name, version } = parsePluginVersion(args.version)
    const plan = args.steps === undefined ? {} : await readPlan(args.steps)
    const connection = await connectionOf(args)
    const client = new HostClient(connection)
    const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', {
      ...plan,
      plugin: name,
      version,
      ...(args.by === undefined ? {} : { cohortBy: args.by }),
    })
    const rollout = await client.request<RolloutDescription>('POST', `${pathOf(id)}/start`, {})
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

/** What the plan says is judged by the host; here only that it is JSON, and whether it is more than steps. */
async function readPlan(file: string): Promise<object> {
  try {
    const plan: unknown = JSON.parse(await readFile(file, 'utf8'))
    const isWhole = typeof plan === 'object' && plan !== null && !Array.isArray(plan)
    return isWhole ? plan : { steps: plan }
  } catch (cause) {
    const reason = `${file}: ${cause instanceof Error ? cause.message : String(cause)}`
    throw coreErrors.create('SETTING_INVALID', { name: '--steps', reason }, { cause })
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
    id: idArgument,
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
    const rollout = await client.request<RolloutDescription>('GET', pathOf(args.id))
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
    const rollout = await client.request<RolloutDescription>('GET', pathOf(id))
    const line = rolloutLine(rollout)
    if (line !== told) print(json, rollout, [line])
    told = line
    if (settledStates.includes(rollout.state)) {
      if (rollout.state === 'aborted') process.exitCode = 1
      return
    }
    await delay(LOOK_EVERY_MS)
  }
}

/** A command that only moves a rollout that is there. */
function move(command: RolloutCommand, description: string) {
  return defineCommand({
    meta: { name: command, description },
    args: { id: idArgument, reason: reasonArgument, ...hostArguments },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const rollout = await client.request<RolloutDescription>(
        'POST',
        `${pathOf(args.id)}/${command}`,
        args.reason === undefined ? {} : { reason: args.reason },
      )
      print(args.json, rollout, [rolloutLine(rollout), ...nodesLines(rollout)])
    },
  })
}

function pathOf(id: string): string {
  return `/v1/rollouts/${encodeURIComponent(id)}`
}

export const rolloutCommand = defineCommand({
  meta: {
    name: 'rollout',
    description: say({ en: 'Gradual switches to another version', 'zh-CN': '灰度发布' }),
  },
  subCommands: {
    start,
    status,
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
  },
})
