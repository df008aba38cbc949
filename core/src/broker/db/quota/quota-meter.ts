import { coreErrors } from '../../../errors.ts'
import type { LastCheck } from '../guarded-query.ts'
import { parameterText } from '../sql-values.ts'
import { Turns } from '../turns.ts'
import {
  excessOf,
  type Growth,
  isCheckedBeforeCommit,
  pauseAfterMs,
  type QuotaLimits,
  type Usage,
} from './quota.ts'
import type { Measured, UsageSql } from './usage-store.ts'

export interface MeterPorts {
  readonly usageSql: (plugin: string) => Promise<UsageSql | undefined>
  readonly measure: (sql: UsageSql, tenant: string, isLarge: boolean) => Promise<Measured>
  /** Milliseconds on any clock that does not run backwards. */
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** A tenant's part of a plugin's tables. */
export interface Share {
  readonly plugin: string
  readonly tenant: string
}

interface Account extends Share {
  sql: UsageSql | undefined
  usage: Measured | undefined
  tookMs: number
  measuredAt: number
  timer: NodeJS.Timeout | undefined
}

/** Below this even a slow machine counts every row in time; see usage-store.ts. */
const LARGE_BYTES = 512 * 1024 * 1024

/**
 * Knows what each tenant has in each plugin's tables, as of the last measuring, and refuses what would make
 * more of it. Nothing is counted while a statement runs: after a write the tenant's rows are measured, at
 * most once a second and for at most a tenth of the time. See decision 0011 for what that costs and how late
 * it may be.
 */
export class QuotaMeter {
  readonly #ports: MeterPorts
  readonly #accounts = new Map<string, Account>()
  /** One measuring at a time: the others wait for their turn, the plugins' calls for none of it. */
  readonly #turns = new Turns(1)
  #isStopped = false

  constructor(ports: MeterPorts) {
    this.#ports = ports
  }

  /**
   * Before statements that grow.
   * @throws CORE_QUOTA_EXCEEDED
   */
  admit(share: Share, growth: Growth, limits: QuotaLimits): void {
    const account = this.#accountOf(share)
    if (account.usage === undefined) return
    const refusal = refusalOf(share, account.usage, limits, growth)
    if (refusal === undefined) return
    // Somebody else, another node perhaps, may have made room.
    this.#measureSoon(account)
    throw refusal
  }

  /** For a write that takes long: it is measured in its own transaction, so that it can still be undone. */
  async lastCheck(
    share: Share,
    growth: Growth,
    limits: QuotaLimits,
  ): Promise<() => LastCheck | undefined> {
    const account = this.#accountOf(share)
    account.sql ??= await this.#ports.usageSql(share.plugin)
    const began = this.#ports.now()
    return () => {
      if (account.sql === undefined) return undefined
      if (!isCheckedBeforeCommit(this.#ports.now() - began, account.tookMs)) return undefined
      return {
        statement: {
          sql: account.sql.exact,
          parameters: [parameterText(share.tenant, share.plugin)],
        },
        verdict: ({ rows: [row] }) =>
          refusalOf(share, row as unknown as Usage, limits, growth, true),
      }
    }
  }

  /** After statements that may have made more or less of it. */
  changed(share: Share): void {
    this.#measureSoon(this.#accountOf(share))
  }

  /** The plugin's tables are others now, or gone. */
  forget(plugin: string): void {
    for (const [key, account] of this.#accounts) {
      if (account.plugin !== plugin) continue
      clearTimeout(account.timer)
      this.#accounts.delete(key)
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const { timer } of this.#accounts.values()) clearTimeout(timer)
  }

  #accountOf({ plugin, tenant }: Share): Account {
    const key = `${plugin}\n${tenant}`
    let account = this.#accounts.get(key)
    if (account === undefined) {
      account = {
        plugin,
        tenant,
        sql: undefined,
        usage: undefined,
        tookMs: 0,
        measuredAt: Number.NEGATIVE_INFINITY,
        timer: undefined,
      }
      this.#accounts.set(key, account)
    }
    return account
  }

  #measureSoon(account: Account): void {
    if (this.#isStopped || account.timer !== undefined) return
    const due = account.measuredAt + pauseAfterMs(account.tookMs)
    account.timer = setTimeout(
      () => void this.#turns.take(() => this.#measure(account)),
      Math.max(0, due - this.#ports.now()),
    )
    account.timer.unref()
  }

  async #measure(account: Account): Promise<void> {
    // What is written from here on may not be seen, and asks for another measuring.
    account.timer = undefined
    if (this.#isStopped) return
    const began = this.#ports.now()
    try {
      account.sql = await this.#ports.usageSql(account.plugin)
      const { usage, sql, tenant } = account
      const isLarge = usage?.isSampled === true && usage.bytes > LARGE_BYTES
      account.usage = sql && (await this.#ports.measure(sql, tenant, isLarge))
    } catch (err) {
      const { plugin, tenant } = account
      this.#ports.log.warn({ err, plugin, tenant }, 'the size of a plugin’s tables is not known')
    }
    account.measuredAt = this.#ports.now()
    account.tookMs = account.measuredAt - began
  }
}

function refusalOf(
  { plugin, tenant }: Share,
  usage: Usage,
  limits: QuotaLimits,
  growth: Growth,
  isAfter = false,
) {
  const excess = excessOf(usage, limits, growth, isAfter)
  return excess && coreErrors.create('QUOTA_EXCEEDED', { plugin, tenant, ...excess })
}
