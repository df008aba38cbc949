import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import { callerOf } from '../../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../../gateway/http-schemas.ts'
import {
  countFreezes,
  findLockdown,
  listFreezes,
  MAX_FREEZES,
  putFreeze,
  putLockdown,
  removeFreeze,
  removeLockdown,
} from './freeze-store.ts'
import { type FreezeTime, freezeTimeFaults, isFrozen } from './freezes.ts'

interface Ports {
  readonly knex: Knex
  readonly now: () => number
}

const tags = ['rollouts']
const params = strictObject({ name: idSchema }, ['name'])
const reasonSchema = { type: 'string', minLength: 1, maxLength: 500 } as const

/** When nothing may be switched in. To go back is never frozen. */
export function freezeRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, now } = ports
  app.get(
    '/v1/rollout-freezes',
    { config: { action: 'rollout.read' }, schema: { tags, summary: 'List freezes' } },
    async () => {
      const at = now()
      const freezes = await listFreezes(knex)
      return { items: freezes.map((one) => ({ ...one, isInForce: isFrozen(one.time, at) })) }
    },
  )
  app.put<{
    Params: { name: string }
    Body: { time: FreezeTime; reason: string; plugin?: string }
  }>(
    '/v1/rollout-freezes/:name',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Let no rollout start or go on in this time, once or every week',
        params,
        body: strictObject(
          { time: { type: 'object' }, reason: reasonSchema, plugin: pluginNameSchema },
          ['time', 'reason'],
        ),
      },
    },
    async (request) => {
      const { name } = request.params
      const { time, reason, plugin = null } = request.body
      const faults = freezeTimeFaults(time, '/time')
      if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
      const freeze = { name, plugin, time, reason: { en: reason, 'zh-CN': reason } }
      const change = { ...callerOf(request), action: 'freeze.changed', subject: name, tenant: null }
      await commitChange(knex, { ...change, detail: { time, plugin, reason } }, async (trx) => {
        if (plugin !== null) await requirePlugin(trx, plugin)
        if ((await countFreezes(trx, name)) >= MAX_FREEZES) {
          throw coreErrors.create('FREEZES_TAKEN', { limit: MAX_FREEZES })
        }
        await putFreeze(trx, freeze)
      })
      return { ...freeze, isInForce: isFrozen(time, now()) }
    },
  )
  app.delete<{ Params: { name: string } }>(
    '/v1/rollout-freezes/:name',
    {
      config: { action: 'rollout.write' },
      schema: { tags, summary: 'Take a freeze away', params },
    },
    async (request, reply) => {
      const { name } = request.params
      const change = { ...callerOf(request), action: 'freeze.removed', subject: name, tenant: null }
      await commitChange(knex, change, async (trx) => {
        if (!(await removeFreeze(trx, name))) {
          throw coreErrors.create('FREEZE_MISSING', { freeze: name })
        }
      })
      return reply.code(204).send()
    },
  )
  lockdownRoutes(app, knex)
}

async function requirePlugin(trx: Knex, plugin: string): Promise<void> {
  const row = await trx('plugins').where({ name: plugin }).first('name')
  if (row === undefined) throw coreErrors.create('PLUGIN_MISSING', { plugin })
}

function lockdownRoutes(app: FastifyInstance, knex: Knex): void {
  app.get(
    '/v1/rollout-lockdown',
    {
      config: { action: 'rollout.read' },
      schema: { tags, summary: 'Whether everything is locked down, since when and why' },
    },
    async () => {
      const lockdown = await findLockdown(knex)
      return lockdown === undefined ? { isOn: false } : { isOn: true, ...lockdown }
    },
  )
  app.put<{ Body: { isOn: boolean; reason?: string } }>(
    '/v1/rollout-lockdown',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Let nothing be started, go on or be promoted; to go back stays allowed',
        body: strictObject({ isOn: { type: 'boolean' }, reason: reasonSchema }, ['isOn']),
      },
    },
    async (request) => {
      const { isOn, reason = 'by hand' } = request.body
      const caller = callerOf(request)
      const action = isOn ? 'lockdown.begun' : 'lockdown.ended'
      const change = { ...caller, action, subject: 'rollouts', tenant: null, detail: { reason } }
      await commitChange(knex, change, async (trx) => {
        if (!isOn) await removeLockdown(trx)
        else {
          const told = reason === 'by hand' ? { en: reason, 'zh-CN': '人工锁定' } : both(reason)
          await putLockdown(trx, { reason: told, actor: caller.actor })
        }
      })
      const lockdown = await findLockdown(knex)
      return lockdown === undefined ? { isOn: false } : { isOn: true, ...lockdown }
    },
  )
}

function both(text: string) {
  return { en: text, 'zh-CN': text }
}
