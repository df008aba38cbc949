import type { Localized } from '@signalbox/sdk/errors'

/** What stands between a contract and the tables, as one look at the host's state finds it. */
export interface ContractFacts {
  readonly now: number
  readonly stable: string
  /** Versions that do not know the step: they may still use what its contract takes away. */
  readonly older: ReadonlySet<string>
  readonly isBackfilled: boolean
  readonly pins: readonly { readonly tenant: string; readonly version: string }[]
  /** Rollouts that were completed; until then each can be taken back to the version it came from. */
  readonly windows: readonly {
    readonly rollout: string
    readonly from: string
    readonly openUntil: number
  }[]
  /** Rollouts that are planned, running, baking or paused. */
  readonly live: readonly { readonly rollout: string; readonly from: string; readonly to: string }[]
  /** Those of them, and of the plugin's documents, that share calls: to take one back must not wait for a contract. */
  readonly sharing: readonly {
    readonly rollout: string
    /** Null of a document. */
    readonly version: string | null
  }[]
}

/** @returns why a contract may not run now, in words; undefined: it may. Pure. */
export function contractWaits(facts: ContractFacts): Localized | undefined {
  const { now, stable, older, isBackfilled, pins, windows, live, sharing } = facts
  if (older.has(stable)) {
    return {
      en: `the stable version ${stable} does not know the step yet`,
      'zh-CN': `稳定版本 ${stable} 尚不包含该步骤`,
    }
  }
  if (!isBackfilled) {
    return { en: 'its backfill is not done yet', 'zh-CN': '其回填尚未完成' }
  }
  const underWay = live.find(({ from, to }) => older.has(from) || older.has(to))
  if (underWay !== undefined) {
    const { rollout, from, to } = underWay
    return {
      en: `the rollout ${rollout} from ${from} to ${to} is not over, and one of them does not know the step`,
      'zh-CN': `灰度发布 ${rollout}（${from} → ${to}）尚未结束，其中有版本不包含该步骤`,
    }
  }
  if (sharing[0] !== undefined) {
    const { rollout } = sharing[0]
    return {
      en: `the rollout ${rollout} shares calls: whoever aborts it must not wait for a contract`,
      'zh-CN': `灰度发布 ${rollout} 正在分流：中止它时不得等待 contract`,
    }
  }
  const pin = pins.find(({ version }) => older.has(version))
  if (pin !== undefined) {
    return {
      en: `the tenant ${pin.tenant} is pinned to ${pin.version}, which does not know the step`,
      'zh-CN': `租户 ${pin.tenant} 固定在不包含该步骤的版本 ${pin.version}`,
    }
  }
  const open = windows
    .filter(({ from, openUntil }) => older.has(from) && openUntil > now)
    .sort((a, b) => b.openUntil - a.openUntil)[0]
  if (open === undefined) return undefined
  const until = new Date(open.openUntil).toISOString()
  return {
    en: `the rollout ${open.rollout} can be taken back to ${open.from} until ${until}`,
    'zh-CN': `灰度发布 ${open.rollout} 在 ${until} 之前仍可回滚到 ${open.from}`,
  }
}
