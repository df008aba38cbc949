import { createHash, randomBytes } from 'node:crypto'
import type { GcraLimit } from '@signalbox/sdk/host-calls/gcra'
import type { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import { pickVersion, takesKeys } from '../rollout/routing/pick-version.ts'
import type { Grant, Snapshot } from '../rollout/routing/snapshot.ts'
import type { Sealer } from '../sealing/sealer.ts'
import { hookBody } from './hook-input.ts'
import { type HookHeaders, judgeHook } from './hook-signature.ts'
import {
  type DueDelivery,
  deleteAddress,
  type FoundAddress,
  findAddress,
  type Hook,
  insertDelivery,
  putAddress,
  redeliver,
} from './hook-store.ts'
import { receiveGrant, signatureOf } from './receive-grant.ts'
import { requireFits } from './require-fits.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly snapshot: () => Snapshot
  readonly limiter: RateLimiter
  readonly now: () => number
  /** Told that something waits. */
  readonly onReceived: () => void
  readonly onUse: (use: GrantUse) => void
}

/** What came to an address, as it came. */
export interface IncomingHook {
  readonly plugin: string
  readonly path: string
  readonly token: string
  readonly headers: HookHeaders
  readonly body: Buffer
  readonly traceId: string
}

/** Of one address, on each node: a carrier that catches up after an outage fits. */
const LIMIT: GcraLimit = { ratePerS: 50, burst: 500 }

/** Of one plugin in a tenant; at 10 KiB each 100 MB. */
const MAX_WAITING = 10_000

/** A sender's secret is opened with its first delivery of a minute: each opening is a way to the database that the sender waits for. */
const HELD_MS = 60_000
const MAX_HELD = 200

/** Nobody finds an address by trying. */
const TOKEN_BYTES = 32

/** Gives addresses to senders, and accepts what they send: stored before it is acknowledged. */
export class HookService {
  readonly #ports: Ports
  /** Secrets by what they are sealed as. */
  readonly #held = new Map<string, { tenant: string; text: string; until: number }>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Makes the address of a path, or renews it: then the old one ends.
   * @param secret what the sender signs with; drawn, when undefined
   * @returns both, shown this once. @throws CORE_HOOK_NOT_GRANTED, CORE_PLUGIN_MISSING, CORE_HOST_KEY_ABSENT
   */
  async open(caller: Caller, hook: Hook, secret = drawnSecret()) {
    const { tenant, plugin, path } = hook
    const { knex, sealer } = this.#ports
    if (receiveGrant(this.#ports.snapshot(), hook) === undefined)
      throw coreErrors.create('HOOK_NOT_GRANTED', { ...hook })
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const sealed = await sealer.seal(tenant, Buffer.from(secret), boundTo(hook))
    const change = { ...caller, action: 'hook.opened', subject: plugin, tenant, detail: { path } }
    await commitChange(knex, change, async (trx) => {
      // The node's snapshot, by which it was granted, may be of before a removal.
      await lockInstalled(trx, plugin)
      await putAddress(trx, {
        ...hook,
        tokenHash: hashOf(token),
        secret: sealed,
        createdBy: caller.actor,
      })
    })
    return { address: `/hooks/${encodeURIComponent(plugin)}/${path}/${token}`, secret }
  }

  /** @throws CORE_HOOK_MISSING */
  async close(caller: Caller, hook: Hook): Promise<void> {
    const { tenant, plugin, path } = hook
    const change = { ...caller, action: 'hook.closed', subject: plugin, tenant, detail: { path } }
    await commitChange(this.#ports.knex, change, async (trx) => {
      if (!(await deleteAddress(trx, hook))) throw coreErrors.create('HOOK_MISSING')
    })
  }

  /** @throws CORE_HOOK_DELIVERY_MISSING */
  async redeliver(caller: Caller, hook: Hook, delivery: string): Promise<void> {
    const { tenant, plugin, path } = hook
    const detail = { path, delivery }
    const change = { ...caller, action: 'hook.redelivered', subject: plugin, tenant, detail }
    await commitChange(this.#ports.knex, change, async (trx) => {
      if (await redeliver(trx, hook, delivery, this.#ports.now())) return
      throw coreErrors.create('HOOK_DELIVERY_MISSING', { ...hook, delivery })
    })
    this.#ports.onReceived()
  }

  /**
   * @returns the id under which the webhook is kept, durable; of an earlier one, where it came before
   * @throws CORE_HOOK_MISSING, CORE_HOOK_SPENT, CORE_HOOK_SIGNATURE_REFUSED, CORE_HOOK_LINE_FULL, CORE_BODY_TOO_LARGE
   */
  async receive(incoming: IncomingHook): Promise<string> {
    const { knex, now, onReceived } = this.#ports
    const began = performance.now()
    const found = await findAddress(knex, hashOf(incoming.token), MAX_WAITING)
    if (found?.plugin !== incoming.plugin || found.path !== incoming.path) {
      throw coreErrors.create('HOOK_MISSING')
    }
    // A grant that was taken back closes the address at once, and says no more than a wrong one.
    const grant = receiveGrant(this.#ports.snapshot(), found)
    if (grant === undefined) throw coreErrors.create('HOOK_MISSING')
    this.#spend(found)
    const secret = await this.#secretOf(found)
    const verdict = judgeHook(signatureOf(grant), secret, incoming, now())
    if (!verdict.ok) throw coreErrors.create('HOOK_SIGNATURE_REFUSED')
    const received = { headers: incoming.headers, body: incoming.body }
    requireFits(this.#ports.snapshot(), found, received)
    if (found.isLineFull) {
      throw coreErrors.create('HOOK_LINE_FULL', {}, { retryAfterS: 60 })
    }
    const { tenant, plugin, path } = found
    const { headers, body, traceId } = incoming
    const id = await insertDelivery(knex, {
      id: `whd_${randomBytes(12).toString('hex')}`,
      tenant,
      plugin,
      path,
      message: verdict.message,
      headers,
      body,
      traceId,
      receivedAt: new Date(now()),
    })
    onReceived()
    this.#used({ ...found, id, headers, body }, grant, performance.now() - began)
    return id
  }

  /** The one that is sealed beside the address now: a renewed one is another at once. */
  async #secretOf(found: FoundAddress): Promise<string> {
    const { tenant, secret } = found
    const name = secret.sealed.toString('base64')
    const held = this.#held.get(name)
    const now = performance.now()
    if (held !== undefined && held.tenant === tenant && held.until > now) return held.text
    const text = (await this.#ports.sealer.open(tenant, secret, boundTo(found))).toString()
    if (this.#held.size >= MAX_HELD) this.#held.clear()
    this.#held.set(name, { tenant, text, until: now + HELD_MS })
    return text
  }

  /** By the version that the delivery is drawn for: whether its handler likes what came is not the grant's concern. */
  #used(
    { tenant, plugin, path, id, ...received }: Hook & Pick<DueDelivery, 'id' | 'headers' | 'body'>,
    grant: Grant,
    ms: number,
  ): void {
    const snapshot = this.#ports.snapshot()
    const input = takesKeys(snapshot, plugin) ? hookBody(received)?.json : undefined
    const pick = pickVersion(snapshot, plugin, { requestId: id, tenant, input })
    if (pick.kind !== 'version') return
    const { version } = pick.version
    const use = { tenant, plugin, version, capability: 'http:receive', grant: grant.id }
    this.#ports.onUse({ ...use, facet: path, outcome: 'done', ms })
  }

  #spend({ tenant, plugin, path }: Hook): void {
    const verdict = this.#ports.limiter.take(`${tenant}\n${plugin}\n${path}`, LIMIT)
    if (verdict.allowed) return
    const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
    const parameters = { rate: LIMIT.ratePerS, burst: LIMIT.burst }
    throw coreErrors.create('HOOK_SPENT', parameters, { retryAfterS })
  }
}

function boundTo({ plugin, path }: Hook): readonly string[] {
  return ['webhook', plugin, path]
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function drawnSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
