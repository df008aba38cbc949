import { say } from './language.ts'
import { readNamedJson } from './named-file.ts'
import { parsePluginVersion } from './plugin-reference.ts'

/** Also what the host takes as `cohortBy`. */
const draws = ['request', 'subject', 'app', 'unit', 'tenant', 'entity']

/** Arguments of a plan that is not there yet. */
export const planArguments = {
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
    options: draws,
    description: say({
      en: 'What is drawn: each call, or whole subjects, apps, units, tenants or entities (request)',
      'zh-CN': '抽取单位：单次调用，或整个主体、应用、单位、租户、实体（request）',
    }),
  },
} as const

export interface PlanWords {
  readonly version: string
  readonly steps?: string | undefined
  readonly by?: string | undefined
}

/** The wish that `POST /v1/rollouts` takes. */
export async function wishOf({ version: reference, steps, by }: PlanWords): Promise<object> {
  const { name, version } = parsePluginVersion(reference)
  const plan = steps === undefined ? {} : await readPlan(steps)
  return { ...plan, plugin: name, version, ...(by === undefined ? {} : { cohortBy: by }) }
}

/** What the plan says is judged by the host; here only that it is JSON, and whether it is more than steps. */
async function readPlan(file: string): Promise<object> {
  const plan = await readNamedJson(file, '--steps')
  const isWhole = typeof plan === 'object' && plan !== null && !Array.isArray(plan)
  return isWhole ? plan : { steps: plan }
}
