import { type CodedError, isCodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { Wakes } from '../storage/wakes.ts'
import type { FederationService } from './federation-service.ts'
import { claimLook, type Marketplace, setLooked, setToldAt } from './federation-store.ts'
import { readAdvisories } from './marketplace-words.ts'
import type { MirrorAhead } from './mirror-ahead.ts'
import type { MirrorService } from './mirror-service.ts'
import type { MirrorStore } from './mirror-store.ts'
import { scopesOf } from './scope-store.ts'
import { claimStaleName } from './told-version-store.ts'

interface Ports {
  readonly knex: Knex
  readonly federation: Pick<FederationService, 'require' | 'upstream'>
  readonly mirrors: Pick<MirrorService, 'followKeys' | 'keysOf' | 'refresh'>
  readonly client: {
    advisories(of: { name: string; url: string; token: string | undefined }): Promise<string>
  }
  readonly store: Pick<MirrorStore, 'putAdvisories'>
  readonly ahead: Pick<MirrorAhead, 'bring'>
  readonly now: () => number
  readonly wakes: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/** What was blocked elsewhere stops here that late: a weakness in the wild is abused within hours, not minutes. */
const LOOK_EVERY_MS = 10 * 60_000
/** One look at one marketplace; what it did not come to, the next one does. */
const LOOK_MS = 5 * 60_000
/** Away for long: asked less often, but within the hour. */
const MAX_WAIT_MS = 3_600_000

/**
 * Looks at the marketplaces from time to time: keys that followed, advisories, what was yanked or blocked, and what
 * automatic updates wait for. One node looks at one of them at a time. One that is away changes nothing: what was taken from it goes on.
 */
export class MarketplaceLook {
  readonly #ports: Ports
  readonly #runs: RepeatedRun
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#runs = new RepeatedRun(() => this.#lookAll(), ports.wakes)
  }

  start(): void {
    this.#runs.start()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#runs.stop()
  }

  /** At once. @throws what the marketplace is refused for */
  async look(name: string): Promise<void> {
    const marketplace = await this.#ports.federation.require(name)
    if (marketplace.state !== 'active') {
      const parameters = { marketplace: name, state: marketplace.state, command: 'sync' }
      throw coreErrors.create('MARKETPLACE_STATE', parameters)
    }
    const failure = await this.#lookAt(marketplace)
    if (failure !== undefined) throw failure
  }

  /** Never rejects: what could not be asked now is asked later, by this node or another. */
  async #lookAll(): Promise<void> {
    const { knex, log } = this.#ports
    try {
      while (!this.#isStopped) {
        const claimed = await claimLook(knex, LOOK_MS)
        if (claimed === undefined) return
        await this.#lookAt(claimed)
      }
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'other marketplaces could not be looked at')
    }
  }

  /** @returns why it failed; the marketplace's row says it too */
  async #lookAt(marketplace: Marketplace): Promise<CodedError | undefined> {
    const { knex, now, log } = this.#ports
    const { name, failures } = marketplace
    const failure = await this.#ask(marketplace).then(
      () => undefined,
      (error: unknown) => {
        if (isCodedError(error)) return error
        throw error
      },
    )
    const wait = failure === undefined ? LOOK_EVERY_MS : LOOK_EVERY_MS * 2 ** Math.min(failures, 6)
    const nextInMs = Math.min(wait, MAX_WAIT_MS)
    await setLooked(knex, name, { at: new Date(now()), nextInMs, failure: failure?.code ?? null })
    if (failure !== undefined) {
      const { code, message } = failure
      log.warn({ marketplace: name, code, message }, 'a marketplace could not be looked at')
    }
    return failure
  }

  async #ask(marketplace: Marketplace): Promise<void> {
    const { federation, mirrors, client, store, ahead, knex, now } = this.#ports
    const until = now() + LOOK_MS
    const { name } = marketplace
    const upstream = await federation.upstream(marketplace)
    if (upstream === undefined) return
    await mirrors.followKeys(marketplace, upstream)
    const keys = await mirrors.keysOf(marketplace)
    const snapshot = readAdvisories(name, await client.advisories(upstream), keys)
    const isNews =
      snapshot.marketplace === marketplace.fingerprint &&
      (await knex.transaction((trx) => setToldAt(trx, name, new Date(snapshot.at))))
    if (!isNews) {
      const reason = 'it is of another marketplace, or older than what was taken before'
      const parameters = { marketplace: name, what: 'advisories', reason }
      throw coreErrors.create('MARKETPLACE_ANSWER_REFUSED', parameters)
    }
    const scopes = (await scopesOf(knex, [name])).get(name) ?? []
    await store.putAdvisories(name, scopes, snapshot.advisories)
    const isOver = () => this.#isStopped || now() >= until
    const refused = await this.#refreshAll(marketplace, isOver)
    await ahead.bring(marketplace, scopes, isOver)
    if (refused !== undefined) throw refused
  }

  /** One package that is not believed keeps no other from being heard. @returns the first refusal */
  async #refreshAll(marketplace: Marketplace, isOver: () => boolean): Promise<unknown> {
    const { knex, mirrors, now } = this.#ports
    const since = new Date(now())
    let refused: unknown
    while (!isOver()) {
      const name = await claimStaleName(knex, marketplace.name, since, new Date(now()))
      if (name === undefined) break
      await mirrors.refresh(marketplace, name).catch((error: unknown) => {
        if (!isCodedError(error) || error.code === 'CORE_MARKETPLACE_UNREACHABLE') throw error
        refused ??= error
      })
    }
    return refused
  }
}
