import type { DeclaredPlan } from '@signalbox/sdk/plan-terms'
import { harmlessLine } from './harmless-text.ts'
import { say } from './language.ts'
import { inLanguage, type PlannedTerms, type Texts, termsLines } from './terms-lines.ts'

interface AdvisoryLine {
  readonly id: number
  readonly title: string
  readonly severity: string
  readonly vulnerableVersions: string
}

export interface VersionPage {
  readonly version: string
  readonly state: string
  readonly deprecated: string | null
  readonly publisher: string
  readonly publishedAt: string
  readonly displayName: Texts
  readonly summary: Texts
  readonly category: string | null
  readonly tier: string
  readonly license: string | null
  readonly links: Readonly<Record<string, string>>
  readonly requires: Readonly<Record<string, string>>
  readonly capabilities: readonly {
    readonly name: string
    readonly parameters: unknown
    readonly optional: boolean
    readonly why: Texts
  }[]
  readonly services: readonly { readonly id: string; readonly major: number }[]
  readonly udfs: readonly string[]
  readonly compatibility: {
    readonly host: string
    readonly thisHost: string
    readonly fits: boolean
    readonly reasons: readonly {
      readonly code: string
      readonly detail: string
      readonly cure: string
    }[]
  }
  readonly advisories: readonly AdvisoryLine[]
  readonly terms: { readonly price: Texts | null; readonly plans: readonly DeclaredPlan[] } | null
  readonly readmeHtml?: string | null
  readonly changelogHtml?: string | null
}

interface VersionLine {
  readonly version: string
  readonly state: string
  readonly publishedAt: string
  readonly fits: boolean
  /** Null: it is not for the caller to know. */
  readonly isInstalled: boolean | null
  readonly advisories: readonly number[]
  readonly running: {
    readonly tenants: number | 'none' | 'few'
    readonly errorRate: number | null
    readonly p95Ms: number | null
    readonly abortedRollouts: boolean
    readonly rolledBack: boolean
    readonly crashed: boolean
  } | null
}

export interface PackagePage {
  readonly name: string
  readonly latest: VersionPage
  readonly rating: { readonly count: number; readonly mean: number | null }
  readonly versions: readonly VersionLine[]
}

/** A terminal shows so many; all of them are in the JSON. */
const MAX_VERSIONS = 10

/** The page of a package, for a terminal. */
export function packageLines(
  { name, rating, versions }: PackagePage,
  shown: VersionPage,
  terms: PlannedTerms | null,
): string[] {
  return [
    ...headLines(name, shown),
    ...compatibilityLines(shown.compatibility),
    ...advisoryLines(shown.advisories),
    ...askedLines(shown),
    ...ratingLines(rating),
    say({ en: 'Versions:', 'zh-CN': '版本：' }),
    ...indented(versions.slice(0, MAX_VERSIONS).map(versionLine)),
    say({ en: 'Terms:', 'zh-CN': '条款：' }),
    ...indented(termsLines(terms ?? termsOnPage(shown))),
    ...acceptLines(terms),
  ]
}

function headLines(name: string, shown: VersionPage): string[] {
  const { version, displayName, summary, category, tier, publisher, license, links } = shown
  const about = [publisher, category, tier, license].filter((one) => one !== null).join(', ')
  const gone =
    shown.deprecated === null
      ? []
      : [say({ en: 'Deprecated: {why}', 'zh-CN': '已弃用：{why}' }, { why: shown.deprecated })]
  return [
    `${name}@${version}  ${inLanguage(displayName)}`,
    inLanguage(summary),
    `${about}, ${shown.state} ${shown.publishedAt.slice(0, 10)}`,
    ...Object.values(links),
    ...gone,
  ].map(harmlessLine)
}

function compatibilityLines({ host, thisHost, fits, reasons }: VersionPage['compatibility']) {
  const text = fits
    ? {
        en: 'Runs here: yes (hosts {host}; this one is {thisHost})',
        'zh-CN': '可在本机运行：是（主机 {host}；本机 {thisHost}）',
      }
    : {
        en: 'Runs here: no (hosts {host}; this one is {thisHost})',
        'zh-CN': '可在本机运行：否（主机 {host}；本机 {thisHost}）',
      }
  return [
    harmlessLine(say(text, { host, thisHost })),
    ...indented(reasons.map(({ code, detail, cure }) => `${detail} [${code}] ${cure}`)),
  ]
}

function advisoryLines(advisories: readonly AdvisoryLine[]): string[] {
  if (advisories.length === 0) return []
  return [
    say({ en: 'Known weaknesses of this version:', 'zh-CN': '此版本的已知安全问题：' }),
    ...indented(
      advisories.map(
        ({ id, severity, title, vulnerableVersions }) =>
          `${severity}  ${title}  (${vulnerableVersions}, /v1/marketplace/advisories/${id})`,
      ),
    ),
  ]
}

function askedLines({ capabilities, requires, services, udfs }: VersionPage): string[] {
  const optional = say({ en: ' (optional)', 'zh-CN': '（可选）' })
  const wishes = capabilities.map(
    (wish) =>
      `${wish.name} ${JSON.stringify(wish.parameters)}${wish.optional ? optional : ''}: ${inLanguage(wish.why)}`,
  )
  const needed = Object.entries(requires).map(([plugin, range]) => `${plugin} ${range}`)
  const given = [...services.map(({ id, major }) => `${id}@${major}`), ...udfs]
  return [
    ...listed({ en: 'Asks for:', 'zh-CN': '申请：' }, wishes),
    ...listed({ en: 'Needs:', 'zh-CN': '依赖：' }, needed),
    ...listed({ en: 'Gives:', 'zh-CN': '提供：' }, given),
  ]
}

function ratingLines({ count, mean }: PackagePage['rating']): string[] {
  if (mean === null) return []
  const text = {
    en: 'Rated {mean} of 5 by {count}, tenants that run it',
    'zh-CN': '评分 {mean}/5，来自 {count} 条运行方评价',
  }
  return [say(text, { mean, count })]
}

function versionLine(line: VersionLine): string {
  const { version, state, publishedAt, fits, isInstalled, advisories, running } = line
  const marks = [
    ...(isInstalled === true ? [say({ en: 'installed', 'zh-CN': '已安装' })] : []),
    ...(fits ? [] : [say({ en: 'not for this host', 'zh-CN': '不适用于本机' })]),
    ...(advisories.length === 0 ? [] : [say({ en: 'weak', 'zh-CN': '有安全问题' })]),
  ]
  return [version, publishedAt.slice(0, 10), state, ...marks, ...healthOf(running)].join('  ')
}

const counted = {
  few: { en: 'fewer than 3 tenants', 'zh-CN': '少于 3 个租户' },
  none: { en: 'no tenant', 'zh-CN': '无租户' },
} as const

function healthOf(running: VersionLine['running']): string[] {
  if (running === null) return []
  const { tenants, errorRate, p95Ms } = running
  const share = errorRate === null ? '' : `${Math.round(errorRate * 10_000) / 100} %`
  return [
    typeof tenants === 'number'
      ? say({ en: '{tenants} tenants', 'zh-CN': '{tenants} 个租户' }, { tenants })
      : say(counted[tenants]),
    ...(share === '' ? [] : [say({ en: 'errors {share}', 'zh-CN': '错误率 {share}' }, { share })]),
    ...(p95Ms === null ? [] : [`p95 ${p95Ms} ms`]),
    ...(running.abortedRollouts ? [say({ en: 'rollout aborted', 'zh-CN': '发布曾中止' })] : []),
    ...(running.rolledBack ? [say({ en: 'taken back', 'zh-CN': '曾回退' })] : []),
    ...(running.crashed ? [say({ en: 'crashed', 'zh-CN': '曾崩溃' })] : []),
  ]
}

/** To whoever may not look into the package: what its page says of them. */
function termsOnPage({ license, terms }: VersionPage): PlannedTerms {
  const { price = null, plans = [] } = terms ?? {}
  return { license, price, plans, text: null, hash: null, isAccepted: false }
}

function acceptLines(terms: PlannedTerms | null): string[] {
  if (terms === null || terms.hash === null) return []
  const text = terms.isAccepted
    ? { en: 'They are accepted on this host.', 'zh-CN': '此主机已接受该条款。' }
    : {
        en: 'To accept them: signalbox plugin install … --accept-terms {hash}',
        'zh-CN': '接受条款：signalbox plugin install … --accept-terms {hash}',
      }
  return [say(text, { hash: terms.hash })]
}

function listed(title: Parameters<typeof say>[0], items: readonly string[]): string[] {
  return items.length === 0 ? [] : [say(title), ...indented(items)]
}

function indented(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    text.split('\n').map((line) => `  ${harmlessLine(line)}`.trimEnd()),
  )
}
