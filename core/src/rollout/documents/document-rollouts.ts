import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import { lockInstalled } from '../../registry/serving-installation.ts'
import { sharedSecret } from '../../storage/host-secret-store.ts'
import {
  type Arm,
  assign,
  bucketOf,
  type CohortCall,
  givesCalls,
  isInCanary,
  judgedBy,
} from '../cohorts/cohort.ts'
import { isLasting } from '../cohorts/lasting-request.ts'
import type { NodeCounters } from '../judge/node-counters.ts'
import type { RolloutService } from '../rollout-service.ts'
import type { RolloutCommand } from '../rollout-states.ts'
import { findRollout, insertRollout, type Rollout } from '../rollout-store.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import type { LiveRollout } from '../routing/snapshot.ts'
import { countOpen, findOwn, forgetOldest } from './document-rollout-store.ts'
import { documentKey } from './document-subject.ts'
import { type DocumentWish, documentPlan } from './document-wish.ts'
import { pickToken, readPick } from './pick-token.ts'
import { ReportedPicks } from './reported-picks.ts'
import {
  countStableDocuments,
  lockStableDocument,
  putStableDocument,
  readStableDocument,
} from './stable-document-store.ts'

/** Each is looked at four times a second by every node. */
const MAX_OPEN = 10
const MAX_OPEN_IN_TENANT = 20
const MAX_OPEN_ON_HOST = 200
const MAX_DOCUMENTS = 10_000
/** Rollouts that are over, of a plugin in a tenant. */
const KEPT = 1000

interface Ports {
  readonly knex: Knex
  readonly rollouts: Pick<RolloutService, 'command'>
  readonly routing: Pick<RoutingTable, 'snapshot' | 'reach'>
  readonly counters: { countersOf(rollout: string): NodeCounters; look(): void }
  readonly now: () => number
}

/** Whose call it is, as its scope says: a guest says nothing of it. */
export interface Owner {
  readonly tenant: string
  readonly plugin: string
  readonly traceId: string
}

export interface PickWish {
  readonly kind: string
  readonly id: string
}

/** A version for one use of a document. */
interface DocumentPick {
  /** Null: nobody released the document yet. */
  readonly version: string | null
  readonly arm: Arm
  readonly rollout: string | null
  readonly generation: number
  /** To report by; null: nothing is judged now. */
  readonly pick: string | null
}

export interface Report {
  readonly kind: string
  readonly pick: string | null
  readonly outcome: 'ok' | 'bad'
  readonly ms?: number
}

/** Rollouts of documents that plugins keep: planned and moved as those of plugins are, and judged by what is reported. */
export class DocumentRollouts {
  readonly #ports: Ports
  readonly #reported = new ReportedPicks()
  #key: Promise<Buffer> | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Nothing is released before it is started. The first plan of a document says what is stable.
   * @throws CORE_INPUT_INVALID, CORE_DOCUMENT_NOT_STABLE, CORE_DOCUMENT_ROLLOUTS_TAKEN, CORE_DOCUMENTS_TOO_MANY
   */
  async plan({ tenant, plugin, traceId }: Owner, wish: DocumentWish): Promise<Rollout> {
    const { knex } = this.#ports
    const { kind, id: document, from, to } = wish
    const planned = documentPlan(wish, tenant)
    if ('faults' in planned) throw coreErrors.create('INPUT_INVALID', {}, planned)
    const { plan } = planned
    const id = `rol_${randomBytes(8).toString('hex')}`
    const subject = { tenant, kind, document }
    const { cohortBy } = plan
    const detail = { plugin, kind, document, tenant, from, to, cohortBy, group: null }
    const change = {
      actor: `plugin:${plugin}`,
      traceId,
      action: 'rollout.created',
      subject: id,
      tenant,
      detail,
    }
    await commitRoutedChange(knex, change, async (trx) => {
      await lockInstalled(trx, plugin)
      await requireRoom(trx, tenant, plugin)
      const stable = await lockStableDocument(trx, plugin, subject)
      if (stable === undefined) {
        await requireFewDocuments(trx, tenant, plugin)
        await putStableDocument(trx, plugin, subject, from)
      } else if (stable !== from) {
        throw coreErrors.create('DOCUMENT_NOT_STABLE', { kind, document, stable, from })
      }
      await forgetOldest(trx, tenant, plugin, KEPT)
      await insertRollout(trx, { ...plan, id, plugin, from, to, subject, group: null, salt: id })
    })
    return (await findRollout(knex, id)) as Rollout
  }

  /** @throws CORE_ROLLOUT_MISSING: also of another tenant, plugin or kind; what RolloutService.command throws */
  async command(
    { tenant, plugin, traceId }: Owner,
    { kind, rollout, command, reason }: CommandWish,
  ): Promise<Rollout> {
    const found = await findOwn(this.#ports.knex, rollout, { tenant, plugin, kind })
    if (found === undefined) throw coreErrors.create('ROLLOUT_MISSING', { rollout })
    const said =
      reason === undefined
        ? { en: `${command}, by the plugin`, 'zh-CN': `由插件执行 ${command}` }
        : { en: reason, 'zh-CN': reason }
    const caller = { actor: `plugin:${plugin}`, traceId }
    return this.#ports.rollouts.command(caller, rollout, command, { reason: said })
  }

  /**
   * Pure but for what is stable, and for being counted: the same key has the same version on every node.
   * @param isCounted false: nobody is given the answer
   */
  async pick(
    { tenant, plugin }: Owner,
    { kind, id }: PickWish,
    call: CohortCall,
    isCounted: boolean,
  ): Promise<DocumentPick> {
    const { knex, routing, counters } = this.#ports
    const name = { tenant, kind, document: id }
    const { generation, documents } = routing.snapshot
    const live = documents.get(documentKey(plugin, name))
    if (live === undefined) {
      const version = (await readStableDocument(knex, plugin, name)) ?? null
      return { version, arm: 'stable', rollout: null, generation, pick: null }
    }
    const assigned = assign(live.cohort, call)
    const { arm } = assigned
    const version = arm === 'canary' ? live.to : live.from
    const picked = { version, arm, rollout: live.id, generation }
    if (!isCounted || !isShared(live)) return { ...picked, pick: null }
    const { requestId } = call
    const probability = counters.countersOf(live.id).admit(live, arm, requestId, { assigned })
    const nonce = randomBytes(9).toString('base64url')
    const token = { rollout: live.id, arm, probability, requestId, nonce }
    return { ...picked, pick: pickToken(await this.#secret(), { tenant, plugin, kind }, token) }
  }

  /**
   * @returns whether it was counted: not when its rollout is over, or it was reported before
   * @throws CORE_PICK_FORGED
   */
  async report({ tenant, plugin }: Owner, { kind, pick, outcome, ms }: Report): Promise<boolean> {
    const { routing, counters, now } = this.#ports
    if (pick === null) return false
    const picked = readPick(await this.#secret(), { tenant, plugin, kind }, pick)
    if (picked === undefined) throw coreErrors.create('PICK_FORGED', { plugin, kind })
    const { rollout, arm, probability, requestId, nonce } = picked
    const live = [...routing.snapshot.documents.values()].find(({ id }) => id === rollout)
    if (live === undefined) return false
    // One request is one draw, however many picks it made: what it tells is told once.
    const draw = judgedBy(live.cohort) === 'request' ? `${rollout} ${requestId}` : nonce
    if (!this.#reported.isFirst(`${draw} ${outcome}`)) return false
    // The key of an event went over to the other version since: under this weight it was not drawn as it was picked.
    const isDrawn = judgedBy(live.cohort) === 'request' && isLasting(requestId)
    if (
      isDrawn &&
      isInCanary(bucketOf(live.cohort.salt, requestId), live.cohort.weightBp) !== (arm === 'canary')
    )
      return false
    const observed = {
      call: { arm, outcome: outcome === 'bad' ? ('failed' as const) : ('answered' as const) },
      // Nobody can be given the other version instead: what is reported counts as it is.
      isSafe: false,
      operation: kind,
      ms: outcome === 'ok' ? ms : undefined,
      probability,
      trip: undefined,
      requestId,
    }
    if (counters.countersOf(rollout).observe(live, observed, now())) counters.look()
    return true
  }

  /** Of all nodes: a pick is reported wherever the plugin runs then. */
  #secret(): Promise<Buffer> {
    this.#key ??= sharedSecret(this.#ports.knex, 'document-picks').then(
      (text) => Buffer.from(text, 'base64url'),
      (error) => {
        this.#key = undefined
        throw error
      },
    )
    return this.#key
  }
}

export interface CommandWish {
  readonly kind: string
  readonly rollout: string
  readonly command: Extract<
    RolloutCommand,
    'start' | 'pause' | 'resume' | 'promote' | 'abort' | 'rollback'
  >
  readonly reason?: string
}

/** Before the first weight nothing is shared, so nothing is counted. */
function isShared({ cohort }: LiveRollout): boolean {
  return givesCalls(cohort)
}

async function requireRoom(trx: Knex, tenant: string, plugin: string): Promise<void> {
  const open = await countOpen(trx, tenant, plugin)
  const limits = [
    [open.own, MAX_OPEN, `${plugin}, ${tenant}`],
    [open.tenant, MAX_OPEN_IN_TENANT, tenant],
    [open.all, MAX_OPEN_ON_HOST, 'host'],
  ] as const
  for (const [count, limit, whose] of limits) {
    if (count >= limit) throw coreErrors.create('DOCUMENT_ROLLOUTS_TAKEN', { limit, whose })
  }
}

async function requireFewDocuments(trx: Knex, tenant: string, plugin: string): Promise<void> {
  if ((await countStableDocuments(trx, tenant, plugin)) < MAX_DOCUMENTS) return
  throw coreErrors.create('DOCUMENTS_TOO_MANY', { plugin, limit: MAX_DOCUMENTS })
}
