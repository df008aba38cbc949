import type { Localized } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import { coreErrors } from '../../errors.ts'
import { pluginNameSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import type { LiveRollout } from '../routing/snapshot.ts'
import { type Assignment, assign, type CohortBy, type CohortCall } from './cohort.ts'

interface Query {
  readonly plugin: string
  readonly tenant: string
  readonly key: string
  readonly app?: string
  readonly subject?: string
  readonly unit?: string
  readonly entity?: string
}

const idSchema = { type: 'string', minLength: 1, maxLength: 200 } as const

/** Which version would serve a key, and why. */
export function assignmentRoute(app: FastifyInstance, routing: RoutingTable): void {
  app.get<{ Querystring: Query }>(
    '/v1/assignment',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'Which version would serve a call, and why; key is what the rollout draws by',
        querystring: strictObject(
          {
            plugin: pluginNameSchema,
            tenant: { type: 'string', maxLength: 100 },
            key: idSchema,
            app: idSchema,
            subject: idSchema,
            unit: idSchema,
            entity: idSchema,
          },
          ['plugin', 'tenant', 'key'],
        ),
      },
    },
    async (request) => {
      const { plugin } = request.query
      const { snapshot } = routing
      const { generation } = snapshot
      const stable = snapshot.stable.get(plugin)
      if (stable === undefined) throw coreErrors.create('PLUGIN_MISSING', { plugin })
      const live = snapshot.rollouts.get(plugin)
      if (live === undefined) {
        const sentence = { en: 'no rollout shares its calls', 'zh-CN': '没有灰度发布分担其调用' }
        return {
          plugin,
          version: stable,
          arm: 'stable',
          generation,
          reason: sentence.en,
          sentence,
        }
      }
      if (live.isWithheld === true) {
        const sentence = unheardSentence(routing.silentMs)
        const { id: rollout, from: version } = live
        const why = { arm: 'stable', by: 'unheard', reason: sentence.en, sentence }
        return { plugin, generation, rollout, version, ...why }
      }
      return { plugin, generation, ...explained(live, request.query) }
    },
  )
}

/** Of a node that gives no call to a canary, see withheld-canaries.ts. */
function unheardSentence(silentMs: number): Localized {
  const seconds = Math.floor(silentMs / 1000)
  return {
    en: `this node has not heard for ${seconds} s whether the rollout goes on: until it does, stable takes all of its calls`,
    'zh-CN': `本节点已有 ${seconds} 秒未获知该灰度发布是否继续：恢复之前，其全部调用均由稳定版处理`,
  }
}

function explained({ id, from, to, cohort }: LiveRollout, query: Query) {
  const { cohortBy, weightBp } = cohort
  const assignment = assign({ ...cohort, keys: undefined }, callOf(query, cohortBy))
  const { arm, by, key, bucket, member, cohort: named } = assignment
  const sentence = assignmentSentence(assignment, { cohortBy, weightBp })
  return {
    rollout: id,
    version: arm === 'canary' ? to : from,
    arm,
    by,
    ...(key === undefined ? {} : { key }),
    ...(bucket === undefined ? {} : { bucket }),
    ...(member === undefined ? {} : { member }),
    ...(named === undefined ? {} : { cohort: named }),
    salt: cohort.salt,
    weightBp,
    reason: sentence.en,
    sentence,
  }
}

/** The key stands for what the rollout draws by; the others are for lists. */
function callOf({ tenant, key, app, subject, unit, entity }: Query, by: CohortBy): CohortCall {
  const named = Object.entries({ app, subject, unit, entity }).filter(([, id]) => id !== undefined)
  const drawn = by === 'request' || by === 'tenant' ? {} : { [by]: key }
  return { tenant, requestId: key, ...Object.fromEntries(named), ...drawn }
}

/** Why a call is given to its arm, as an admin reads it. */
function assignmentSentence(
  { by, key, bucket, member, cohort }: Assignment,
  { cohortBy, weightBp }: { readonly cohortBy: CohortBy; readonly weightBp: number },
): Localized {
  switch (by) {
    case 'deny':
      return {
        en: `${member} is denied: it stays on stable until the version is promoted`,
        'zh-CN': `${member} 在拒绝名单中：转正之前保持稳定版`,
      }
    case 'allow':
      return {
        en: `${member} is on the list of those who are given the new version`,
        'zh-CN': `${member} 在新版本的允许名单中`,
      }
    case 'cohort':
      return {
        en: `${member} belongs to the cohort "${cohort}", whose step has come`,
        'zh-CN': `${member} 属于分组“${cohort}”，该分组的步骤已开始`,
      }
    case 'all':
      return { en: 'the canary takes all calls', 'zh-CN': '全部调用均由新版本处理' }
    case 'none':
      return { en: 'the canary takes no call yet', 'zh-CN': '新版本尚未承担调用' }
    case 'keyless':
      return {
        en: `the call names no ${cohortBy}, and stays on stable`,
        'zh-CN': `调用未携带 ${cohortBy}，保持稳定版`,
      }
    case 'draw':
      return {
        en: `${cohortBy} "${key}" falls into bucket ${bucket} of 10000; the canary takes those below ${weightBp}`,
        'zh-CN': `${cohortBy} “${key}” 落入 10000 个桶中的第 ${bucket} 个；新版本承担小于 ${weightBp} 的桶`,
      }
  }
}
