import type { Soon } from '../../broker/soon.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { periodOf, type Quota, type QuotaPeriod } from './quota-period.ts'
import type { QuotaAccount, QuotaLease } from './quota-store.ts'

export interface QuotaVerdict {
  /** `unknown`: this node holds nothing more, and PostgreSQL cannot be asked. */
  readonly outcome: 'allowed' | 'exceeded' | 'unknown'
  /** Of the whole quota, as far as this node knows. */
  readonly remaining: number
  /** Milliseconds until the next period. */
  readonly resetMs: number
}

interface Ports {
  readonly lease: (
    account: QuotaAccount,
    wish: { readonly waiting: number; readonly nodes: number },
  ) => Promise<QuotaLease>
  readonly giveBack: (account: QuotaAccount, rest: number) => Promise<void>
  readonly nodes: () => number
  /** Milliseconds since the epoch by PostgreSQL's clock: nodes agree on when a period ends. */
  readonly now: () => number
  readonly onAway: (error: unknown) => void
}

/** What lies unused is given back after this, so that it is not missing on another node. */
const IDLE_MS = 5000

/** Others may give back: that nothing is left is asked again after this. */
const EMPTY_MS = 1000

/** Calls of one subscription that wait for a lease. Beyond it the line itself says that the host is behind. */
const MAX_WAITING = 5000

interface Account {
  readonly account: QuotaAccount
  readonly period: QuotaPeriod
  left: number
  /** Of the whole quota, not handed out when last asked. */
  rest: number
  usedAt: number
  emptyUntil: number
  waiting: ((verdict: QuotaVerdict) => void)[]
  asking: Promise<void> | undefined
}

/**
 * Quotas of this node: spent in memory, taken from PostgreSQL in pieces. Never over, whatever fails: a piece is taken
 * before it is spent. A node that is killed loses the piece it holds.
 */
export class QuotaLeases {
  readonly #ports: Ports
  readonly #accounts = new Map<string, Account>()
  readonly #idle = new RepeatedRun(() => this.#giveBackIdle(), IDLE_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#idle.start()
  }

  /** Gives back what is left. */
  async stop(): Promise<void> {
    await this.#idle.stop()
    await Promise.all([...this.#accounts.values()].map((account) => this.#giveBack(account)))
  }

  take(
    subscription: { readonly id: string; readonly tenant: string },
    quota: Quota,
  ): Soon<QuotaVerdict> {
    const now = this.#ports.now()
    const account = this.#accountOf(subscription, quota, now)
    account.usedAt = now
    if (account.left > 0) return this.#spend(account, now)
    if (now < account.emptyUntil) return this.#verdict(account, 'exceeded', now)
    if (account.waiting.length >= MAX_WAITING) return this.#verdict(account, 'unknown', now)
    return new Promise((resolve) => {
      account.waiting.push(resolve)
      account.asking ??= this.#ask(account)
    })
  }

  #accountOf({ id, tenant }: { id: string; tenant: string }, quota: Quota, now: number): Account {
    const known = this.#accounts.get(id)
    const isSame =
      known !== undefined &&
      known.account.count === quota.count &&
      known.account.per === quota.per &&
      now < known.period.endsAt
    if (isSame) return known
    // Another plan within the period: what is left of the piece belongs to the same account.
    if (known !== undefined) void this.#giveBack(known)
    const period = periodOf(quota.per, now)
    const account: Account = {
      account: { subscription: id, tenant, ...quota, startsAt: period.startsAt },
      period,
      left: 0,
      rest: quota.count,
      usedAt: now,
      emptyUntil: 0,
      waiting: [],
      asking: undefined,
    }
    this.#accounts.set(id, account)
    return account
  }

  /** One lease at a time; whoever comes meanwhile is served by it or by the next. */
  async #ask(account: Account): Promise<void> {
    while (account.waiting.length > 0) {
      const waiting = account.waiting.length
      try {
        const { granted, used } = await this.#ports.lease(account.account, {
          waiting,
          nodes: this.#ports.nodes(),
        })
        account.left += granted
        account.rest = Math.max(0, account.account.count - used)
        if (granted < waiting) account.emptyUntil = this.#ports.now() + EMPTY_MS
      } catch (error) {
        this.#ports.onAway(error)
        this.#answer(account, account.waiting.length, 'unknown')
        break
      }
      const served = Math.min(account.left, account.waiting.length)
      this.#answer(account, served, 'allowed')
      if (this.#ports.now() < account.emptyUntil) {
        this.#answer(account, account.waiting.length, 'exceeded')
      }
    }
    // In the same turn as the last answer: whoever was answered may come again before a promise of it is settled.
    account.asking = undefined
  }

  #answer(account: Account, count: number, outcome: QuotaVerdict['outcome']): void {
    const now = this.#ports.now()
    for (const resolve of account.waiting.splice(0, count)) {
      resolve(
        outcome === 'allowed' ? this.#spend(account, now) : this.#verdict(account, outcome, now),
      )
    }
  }

  #spend(account: Account, now: number): QuotaVerdict {
    account.left -= 1
    return this.#verdict(account, 'allowed', now)
  }

  #verdict(
    { left, rest, period }: Account,
    outcome: QuotaVerdict['outcome'],
    now: number,
  ): QuotaVerdict {
    return { outcome, remaining: left + rest, resetMs: Math.max(0, period.endsAt - now) }
  }

  async #giveBackIdle(): Promise<void> {
    const now = this.#ports.now()
    for (const [id, account] of this.#accounts) {
      if (now - account.usedAt < IDLE_MS) continue
      await this.#giveBack(account)
      const isForgotten = account.left === 0 && account.asking === undefined
      if (isForgotten && this.#accounts.get(id) === account) this.#accounts.delete(id)
    }
  }

  /** Nothing can be spent twice: what is given back is not this node's any more before it is asked for. */
  async #giveBack(account: Account): Promise<void> {
    await account.asking
    const rest = account.left
    if (rest === 0) return
    account.left = 0
    if (this.#ports.now() >= account.period.endsAt) return
    await this.#ports.giveBack(account.account, rest).catch((error: unknown) => {
      // It may have been given back all the same: to spend it again could be once too often.
      this.#ports.onAway(error)
    })
  }
}
