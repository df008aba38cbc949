import { type Context, type EventWish, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { isOutrun } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import type { SupplierConfig } from '../suppliers/supplier-settings.ts'
import { scheduleNextLook } from './due-steps.ts'
import { type Effectiveness, effectivenessOf } from './effectiveness.ts'
import type { Nonconformity } from './nonconformity.ts'
import { findLaterLots } from './nonconformity-lists.ts'
import {
  type NonconformitySettings,
  nonconformitySettings,
  type QualityConfig,
} from './nonconformity-settings.ts'
import {
  findByRequest,
  findNonconformity,
  type LogEntry,
  type StorePort,
  saveNonconformity,
} from './nonconformity-store.ts'

export type ServicePort = StorePort &
  Pick<Context<QualityConfig & SupplierConfig>, 'config' | 'now' | 'principal' | 'jobs' | 'log'>

/** What surrounds a change: who, when, by which settings, and what later lots say. */
export interface ChangeScene {
  readonly by: string
  readonly now: string
  readonly settings: NonconformitySettings
  readonly effectiveness: Effectiveness
}

export interface Change {
  /** What was seen when the command was decided on; absent for rules and links, which act on what is there. */
  readonly revision?: number
  readonly command: string
  readonly details?: LogEntry['details']
  readonly apply: (one: Nonconformity, scene: ChangeScene) => Nonconformity
  readonly events?: (after: Nonconformity, scene: ChangeScene) => readonly EventWish[]
}

/** Times that a change without a revision is tried when others are at it. */
const TRIES = 4

/** @throws NONCONFORMITY_UNKNOWN */
export async function requireNonconformity(ctx: StorePort, id: string): Promise<Nonconformity> {
  const found = await findNonconformity(ctx, id)
  if (found !== undefined) return found
  throw new Refusal('NONCONFORMITY_UNKNOWN', `There is no nonconformity ${id}.`)
}

/** @throws REQUEST_UNKNOWN */
export async function requireByRequest(ctx: StorePort, request: string): Promise<Nonconformity> {
  const found = await findByRequest(ctx, request)
  if (found !== undefined) return found
  throw new Refusal('REQUEST_UNKNOWN', `There is no request ${request}.`)
}

/**
 * Reads, changes and keeps one, all or nothing.
 * @param find how it is read; asked again when somebody else was first and no revision was given
 * @throws REVISION_STALE, and what the change refuses
 */
export async function changeNonconformity(
  ctx: ServicePort,
  find: () => Promise<Nonconformity>,
  change: Change,
): Promise<Nonconformity> {
  const { revision } = change
  for (let attempt = 1; ; attempt++) {
    const before = await find()
    if (revision !== undefined && revision !== before.revision) throw stale(before)
    const scene = await sceneOf(ctx, before)
    const after = change.apply(before, scene)
    const { command, details = {} } = change
    const log = { at: scene.now, by: scene.by, command, details }
    const events = change.events?.(after, scene) ?? []
    try {
      const saved = await saveNonconformity(ctx, before, after, log, events)
      await scheduleNextLook(ctx)
      return saved
    } catch (error) {
      if (!isOutrun(error)) throw error
      if (revision !== undefined || attempt === TRIES) throw stale(before)
    }
  }
}

async function sceneOf(ctx: ServicePort, before: Nonconformity): Promise<ChangeScene> {
  return {
    by: actorOf(ctx),
    now: nowText(ctx),
    settings: nonconformitySettings(ctx.config),
    effectiveness: await effectivenessNow(ctx, before),
  }
}

export async function effectivenessNow(ctx: StorePort, one: Nonconformity): Promise<Effectiveness> {
  return effectivenessOf(one.verification, one.defect, await findLaterLots(ctx, one))
}

function stale({ number, revision }: Nonconformity): Refusal {
  return new Refusal(
    'REVISION_STALE',
    `${number} was changed meanwhile: read it again (revision ${revision} or later) and repeat.`,
  )
}
