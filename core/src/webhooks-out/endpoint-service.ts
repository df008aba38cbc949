import type { Knex } from 'knex'
import { commitChange, recordChange } from '../audit/change.ts'
import type { AllowedPlace } from '../broker/http/operator-list.ts'
import { coreErrors } from '../errors.ts'
import { HOST_SOURCE, noteEvent, PING } from '../host-events/host-note.ts'
import type { Asker } from '../identity/asker.ts'
import type { Caller } from '../identity/identity-service.ts'
import { hasApp } from '../identity/identity-store.ts'
import { requireSeen } from '../identity/seen.ts'
import type { Sealer } from '../sealing/sealer.ts'
import {
  type Replayed,
  type ReplayRange,
  replayDelivery,
  replayRange,
} from './delivery-list-store.ts'
import { drawnSecret } from './endpoint-secrets.ts'
import { settingsOf } from './endpoint-settings.ts'
import { nextEndpointState } from './endpoint-states.ts'
import {
  changeEndpoint,
  countEndpoints,
  deleteEndpoint,
  type Endpoint,
  type EndpointChanges,
  insertEndpoint,
  lockEndpoint,
  putSecret,
  setEndpointState,
} from './endpoint-store.ts'
import { endpointUrl } from './endpoint-url.ts'
import { fullLines, insertDeliveries } from './out-delivery-store.ts'
import { messageIdOf } from './standard-webhook.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  /** What the operator named beside the public network. */
  readonly places: readonly AllowedPlace[]
  readonly now: () => number
  readonly randomBytes: (size: number) => Buffer
  readonly randomUUID: () => string
  /** Told that something waits. */
  readonly onQueued: () => void
}

export interface EndpointWish {
  /** Null: the operator's own. */
  readonly tenant: string | null
  readonly app?: string | undefined
  readonly url: string
  readonly types: readonly string[]
  readonly keys?: readonly string[] | undefined
  readonly description?: string | undefined
}

/** Of a tenant, or of the operator: an event is looked at for each of them. */
const MAX_ENDPOINTS = 100
const HOUR_MS = 3_600_000

/** Makes and changes endpoints, and has deliveries sent again. */
export class EndpointService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @returns its id, and its secret, shown this once
   * @throws CORE_WEBHOOK_URL_REFUSED, CORE_WEBHOOK_LIMIT, CORE_APP_MISSING, CORE_HOST_KEY_ABSENT
   */
  async create(caller: Caller, wish: EndpointWish): Promise<{ id: string; secret: string }> {
    const { knex, sealer, places, now, randomBytes } = this.#ports
    const { tenant, app = null, types, keys = null, description = '' } = wish
    const url = endpointUrl(wish.url, places)
    const id = `whe_${randomBytes(12).toString('hex')}`
    const secret = await drawnSecret(sealer, { id, tenant }, randomBytes)
    const change = { ...caller, action: 'webhook.created', subject: id, tenant }
    const detail = { app, origin: url.origin, types }
    await commitChange(knex, { ...change, detail }, async (trx) => {
      if (app !== null && (tenant === null || !(await hasApp(trx, tenant, app)))) {
        throw coreErrors.create('APP_MISSING', { tenant, app })
      }
      if ((await countEndpoints(trx, tenant)) >= MAX_ENDPOINTS) {
        throw coreErrors.create('WEBHOOK_LIMIT', { limit: MAX_ENDPOINTS })
      }
      await insertEndpoint(trx, {
        ...{ id, tenant, app, url: url.href, types, keys, description },
        state: 'enabled',
        secret: secret.sealed,
        createdBy: caller.actor,
        createdAt: new Date(now()),
      })
    })
    return { id, secret: secret.text }
  }

  /** @throws CORE_WEBHOOK_URL_REFUSED, CORE_WEBHOOK_MISSING, CORE_CHANGED_MEANWHILE */
  async change(
    { actor, traceId, seen }: Omit<Asker, 'principal'>,
    id: string,
    changes: EndpointChanges,
  ): Promise<void> {
    const { places, now } = this.#ports
    const url = changes.url === undefined ? undefined : endpointUrl(changes.url, places)
    const { types, keys, description } = changes
    const detail = { origin: url?.origin, types, keys: keys === undefined ? undefined : true }
    await this.#commit({ actor, traceId }, id, 'webhook.changed', detail, async (trx, endpoint) => {
      requireSeen(seen, settingsOf(endpoint))
      const said = {
        ...(url === undefined ? {} : { url: url.href }),
        ...(types === undefined ? {} : { types }),
        ...(keys === undefined ? {} : { keys }),
        ...(description === undefined ? {} : { description }),
      }
      await changeEndpoint(trx, id, said, new Date(now()))
    })
  }

  /** @throws CORE_WEBHOOK_COMMAND_REFUSED, CORE_WEBHOOK_MISSING */
  async command(caller: Caller, id: string, command: 'pause' | 'resume'): Promise<void> {
    const action = `webhook.${command}d`
    await this.#commit(caller, id, action, {}, async (trx, { state }) => {
      const next = nextEndpointState(state, command)
      if (next === undefined) {
        throw coreErrors.create('WEBHOOK_COMMAND_REFUSED', { webhook: id, state, command })
      }
      const at = new Date(this.#ports.now())
      await setEndpointState(trx, id, next, { reason: null, at })
    })
    this.#ports.onQueued()
  }

  /** What waits for it goes with it. @throws CORE_WEBHOOK_MISSING */
  async delete(caller: Caller, id: string): Promise<void> {
    await this.#commit(caller, id, 'webhook.deleted', {}, (trx) => deleteEndpoint(trx, id))
  }

  /**
   * A new secret; for so long requests are signed with the old one, too.
   * @returns the new one, shown this once. @throws CORE_WEBHOOK_MISSING
   */
  async rotate(
    caller: Caller,
    { id, tenant }: Pick<Endpoint, 'id' | 'tenant'>,
    overlapHours: number,
  ): Promise<{ id: string; secret: string; previousUntil: string }> {
    const { sealer, now, randomBytes } = this.#ports
    const secret = await drawnSecret(sealer, { id, tenant }, randomBytes)
    const at = new Date(now())
    const until = new Date(now() + overlapHours * HOUR_MS)
    const detail = { previousUntil: until.toISOString() }
    await this.#commit(caller, id, 'webhook.rotated', detail, (trx) =>
      putSecret(trx, id, secret.sealed, { until, at }),
    )
    return { id, secret: secret.text, ...detail }
  }

  /** Queues an event that says nothing, to see it arrive. @returns the id of its delivery */
  async test(caller: Caller, id: string): Promise<string> {
    const { now, randomUUID, onQueued } = this.#ports
    const at = new Date(now())
    const event = randomUUID()
    const delivery = await this.#commit(
      caller,
      id,
      'webhook.tested',
      { event },
      async (trx, { state, tenant }) => {
        if (state !== 'enabled') {
          const parameters = { webhook: id, state, command: 'test' }
          throw coreErrors.create('WEBHOOK_COMMAND_REFUSED', parameters)
        }
        const note = { sequence: '', id: event, type: PING, subject: id, tenant, at }
        const body = noteEvent(note, { webhook: id })
        const message = messageIdOf(HOST_SOURCE, event)
        const said = { endpoint: id, tenant, message, event: null, body, type: PING, key: null }
        return insertDeliveries(trx, [said], at, await fullLines(trx, [id]))
      },
    )
    onQueued()
    return delivery as string
  }

  /** @throws CORE_WEBHOOK_DELIVERY_MISSING */
  async replay(caller: Caller, id: string, delivery: string): Promise<void> {
    await this.#commit(caller, id, 'webhook.replayed', { delivery }, async (trx) => {
      if (await replayDelivery(trx, id, delivery, this.#ports.now())) return
      throw coreErrors.create('WEBHOOK_DELIVERY_MISSING', { webhook: id, delivery })
    })
    this.#ports.onQueued()
  }

  /** As many as the limit: there may be more. */
  async replayAll(caller: Caller, id: string, range: ReplayRange): Promise<Replayed> {
    const detail = { since: range.since, until: range.until, states: range.states }
    const done = await this.#commit(caller, id, 'webhook.replayed', detail, (trx) =>
      replayRange(trx, id, range, this.#ports.now()),
    )
    this.#ports.onQueued()
    return done
  }

  /** The endpoint is locked, so that what is decided upon it holds. @throws CORE_WEBHOOK_MISSING */
  async #commit<Result>(
    caller: Caller,
    id: string,
    action: string,
    detail: Readonly<Record<string, unknown>>,
    work: (trx: Knex.Transaction, endpoint: Endpoint) => Promise<Result>,
  ): Promise<Result> {
    const { knex } = this.#ports
    return knex.transaction(async (trx) => {
      const endpoint = await lockEndpoint(trx, id)
      if (endpoint === undefined) throw coreErrors.create('WEBHOOK_MISSING', { webhook: id })
      const result = await work(trx, endpoint)
      const { tenant } = endpoint
      await recordChange(trx, { ...caller, action, subject: id, tenant, detail }, null)
      return result
    })
  }
}
