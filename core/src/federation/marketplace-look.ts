import type { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { Wakes } from '../storage/wakes.ts'
import type { FederationService } from './federation-service.ts'
import { claimLook, holdLook, type Marketplace, setLooked, setToldAt } from './federation-store.ts'
import { readAdvisories } from './marketplace-words.ts'
import type { MirrorAhead } from './mirror-ahead.ts'
import type { MirrorService } from './mirror-service.ts'
import type { MirrorStore } from './mirror-store.ts'
import { scopesOf } from './scope-store.ts'
import { claimStaleName } from './told-version-store.ts'
import { isOwnFault, whoseFault } from './whose-fault.ts'

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
  /** For tests. */
  readonly claimMs?: number
}

interface Looked {
  readonly failure: CodedError | undefined
  /** When a version may be taken that is waited for; milliseconds since the epoch. */
  readonly nextAt: number | undefined
}

/** What was blocked elsewhere stops here that late: a weakness in the wild is abused within hours, not minutes. */
const LOOK_EVERY_MS = 10 * 60_000
/** To ask for what is known anew, in one look; what it did not come to, the next one does. */
const REFRESH_MS = 5 * 60_000
/** And to take what is waited for, however long the former took. */
const BRING_MS = 5 * 60_000
/** Held anew while a look goes on, which lasts longer; of a node that was killed, another goes on after it. */
const CLAIM_MS = 60_000
/** However soon a version may be taken: a look asks for all that is known. */
const SOONEST_MS = 60_000
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
    const { knex, claimMs = CLAIM_MS } = this.#ports
    await holdLook(knex, name, claimMs)
    const failure = await this.#lookAt(marketplace)
    if (failure !== undefined) throw failure
  }

  /** Never rejects: what could not be asked now is asked later, by this node or another. */
  async #lookAll(): Promise<void> {
    const { knex, log, claimMs = CLAIM_MS } = this.#ports
    try {
      while (!this.#isStopped) {
        const claimed = await claimLook(knex, claimMs)
        if (claimed === undefined) return
        await this.#lookAt(claimed).catch((err: unknown) => {
          const { name } = claimed
          if (this.#isStopped) return
          log.warn({ err, marketplace: name }, 'a look ended here; it is taken again')
        })
      }
    } catch (err) {
      if (!this.#isStopped) log.warn({ err }, 'other marketplaces could not be looked at')
    }
  }

  /**
   * @returns why it failed; the marketplace's row says it too
   * @throws an outage of this host: of the marketplace it says nothing, and the claim that ends lets it be tried again
   */
  async #lookAt(marketplace: Marketplace): Promise<CodedError | undefined> {
    const { knex, now, log } = this.#ports
    const { name, failures } = marketplace
    const { failure, nextAt } = await this.#held(name, () =>
      this.#ask(marketplace).catch((error: unknown) => {
        if (isOwnFault(error)) throw error
        return { failure: error as CodedError, nextAt: undefined }
      }),
    )
    const wait = failure === undefined ? LOOK_EVERY_MS : LOOK_EVERY_MS * 2 ** Math.min(failures, 6)
    const at = now()
    const wanted = nextAt === undefined ? MAX_WAIT_MS : Math.max(nextAt - at, SOONEST_MS)
    const nextInMs = Math.min(wait, wanted, MAX_WAIT_MS)
    await setLooked(knex, name, { at: new Date(at), nextInMs, failure: failure?.code ?? null })
    if (failure !== undefined) {
      const { code, message } = failure
      log.warn({ marketplace: name, code, message }, 'a marketplace could not be looked at')
    }
    return failure
  }

  /** No other node begins a look at the marketplace meanwhile. */
  async #held<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const { knex, log, claimMs = CLAIM_MS } = this.#ports
    const hold = setInterval(() => {
      holdLook(knex, name, claimMs).catch((err: unknown) =>
        log.warn({ err, marketplace: name }, 'a look under way cannot be held'),
      )
    }, claimMs / 3)
    hold.unref()
    try {
      return await work()
    } finally {
      clearInterval(hold)
    }
  }

  /** @throws what leaves nothing to be gone on with */
  async #ask(marketplace: Marketplace): Promise<Looked> {
    const { federation, mirrors, client, store, ahead, knex } = this.#ports
    const { name } = marketplace
    const upstream = await federation.upstream(marketplace)
    if (upstream === undefined) return { failure: undefined, nextAt: undefined }
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
    const refused = await this.#refreshAll(marketplace, this.#within(REFRESH_MS))
    const { failure, nextAt } = await ahead.bring(marketplace, scopes, this.#within(BRING_MS))
    return { failure: refused ?? failure, nextAt }
  }

  /** @returns whether the time is over, or nothing is to be begun any more */
  #within(ms: number): () => boolean {
    const { now } = this.#ports
    const until = now() + ms
    return () => this.#isStopped || now() >= until
  }

  /**
   * One package that is not believed keeps no other from being heard. @returns the first refusal
   * @throws what would be the same for each
   */
  async #refreshAll(
    marketplace: Marketplace,
    isOver: () => boolean,
  ): Promise<CodedError | undefined> {
    const { knex, mirrors, now, log } = this.#ports
    const since = new Date(now())
    let refused: CodedError | undefined
    while (!isOver()) {
      const name = await claimStaleName(knex, marketplace.name, since, new Date(now()))
      if (name === undefined) break
      await mirrors.refresh(marketplace, name).catch((err: unknown) => {
        const fault = whoseFault(err, name)
        if (fault === 'all') throw err
        if (fault !== 'own') refused ??= err as CodedError
        else log.warn({ err, package: name }, 'what is said of a package was not heard')
      })
    }
    return refused
  }
}
