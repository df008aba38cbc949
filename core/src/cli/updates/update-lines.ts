import type { Language, Localized } from '@signalbox/sdk/errors'
import { harmlessLine } from '../harmless-text.ts'

/** As `GET /v1/updates` and `GET /v1/plugins/{name}/updates` tell it. */
export interface ShownRelease {
  readonly version: string
  readonly publishedAt: string
  readonly waitsFor: readonly {
    readonly code: string
    readonly kind: 'never' | 'person' | 'time' | 'moment'
    readonly message: Localized
    readonly until?: string
  }[]
}

export interface PluginInShort {
  readonly plugin: string
  readonly updates: string
  readonly stable: string | null
  readonly next: string | null
  readonly candidate: ShownRelease | null
  readonly fault: { readonly code: string; readonly message: Localized } | null
}

export interface PluginUpdates {
  readonly plugin: string
  readonly updates: string
  readonly stable: string
  readonly minimumAgeHours: {
    readonly marketplace: number
    readonly host: number
    readonly plugin: number
    readonly effective: number
  }
  readonly next: string | null
  readonly versions: readonly ShownRelease[]
  readonly attempts: readonly {
    readonly version: string
    readonly state: string
    readonly reason: { readonly code: string; readonly detail: string } | null
    readonly rollout: string | null
    readonly changedAt: string
  }[]
}

/** A plugin: what is in service, what comes next, and else what keeps the newest. Pure. */
export function pluginLines(shown: PluginInShort, language: Language): readonly string[] {
  const { plugin, updates, stable, next, candidate, fault } = shown
  const head = `${plugin}  ${stable ?? '-'}  ${updates}`
  const latest = { en: 'nothing newer', 'zh-CN': '没有更新的版本' }
  const nothing = { en: 'no version is in service', 'zh-CN': '没有正在服务的版本' }
  const lines =
    fault !== null
      ? [head, `  ${fault.code}: ${fault.message[language]}`]
      : stable === null
        ? [`${head}  ${nothing[language]}`]
        : candidate === null
          ? [`${head}  ${latest[language]}`]
          : [head, ...releaseLines(candidate, { next, updates }, language)]
  return lines.map(harmlessLine)
}

/** All newer versions of a plugin, and what was made of those that were tried. Pure. */
export function updateLines(shown: PluginUpdates, language: Language): readonly string[] {
  const { plugin, updates, stable, minimumAgeHours: age, versions, attempts } = shown
  const ages = {
    en: `waits ${age.effective} hours (marketplace ${age.marketplace}, host ${age.host}, plugin ${age.plugin})`,
    'zh-CN': `等待 ${age.effective} 小时（市场 ${age.marketplace}，主机 ${age.host}，插件 ${age.plugin}）`,
  }
  const latest = { en: '  nothing newer', 'zh-CN': '  没有更新的版本' }
  const tried = { en: 'What was tried by itself', 'zh-CN': '已自动尝试' }
  const lines = [
    `${plugin}  ${stable}  ${updates}  ${ages[language]}`,
    ...(versions.length === 0 ? [latest[language]] : []),
    ...versions.flatMap((release) => releaseLines(release, shown, language)),
    ...(attempts.length === 0 ? [] : ['', tried[language]]),
    ...attempts.map(({ version, state, reason, rollout, changedAt }) => {
      const why = reason === null ? '' : `  ${reason.code}: ${reason.detail}`
      return `  ${version}  ${stateWords[state]?.[language] ?? state}  ${changedAt}${
        rollout === null ? '' : `  ${rollout}`
      }${why}`
    }),
  ]
  return lines.map(harmlessLine)
}

/** Of `attempt-states.ts`. */
const stateWords: Readonly<Record<string, Localized>> = {
  asked: { en: 'asked for', 'zh-CN': '已请求同意' },
  begun: { en: 'begun', 'zh-CN': '已开始' },
  refused: { en: 'refused', 'zh-CN': '被拒绝' },
  failed: { en: 'failed', 'zh-CN': '失败' },
  started: { en: 'rolled out', 'zh-CN': '已发布' },
}

function releaseLines(
  { version, publishedAt, waitsFor }: ShownRelease,
  { next, updates }: { readonly next: string | null; readonly updates: string },
  language: Language,
): readonly string[] {
  const comes = { en: 'is rolled out next', 'zh-CN': '下一个发布' }
  // Judged as a minor update would be: nothing but the setting keeps it.
  const byHand = { en: 'by hand: updates are manual', 'zh-CN': '需手动发布：更新方式为手动' }
  const word =
    version === next
      ? `  ${comes[language]}`
      : waitsFor.length === 0 && updates === 'manual'
        ? `  ${byHand[language]}`
        : ''
  const until = { en: 'until', 'zh-CN': '直至' }[language]
  return [
    `  ${version}  ${publishedAt}${word}`,
    ...waitsFor.map((reason) => {
      const end = reason.until === undefined ? '' : ` (${until} ${reason.until})`
      return `    ${reason.code}: ${reason.message[language]}${end}`
    }),
  ]
}
