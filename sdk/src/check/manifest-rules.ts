import semver from 'semver'
import { escapeToken } from '../schema/json-pointer.ts'
import type { Finding } from './finding.ts'
import type { PackageView } from './package-view.ts'
import { defineRules } from './rule.ts'

/** What a manifest may say and should not, or leaves to be guessed. */
export const manifestRules = defineRules({
  'manifest/host-range': {
    severity: 'warning',
    message: {
      en: 'The range "{range}" of "host" is met by no host that there is: they are 1.x.',
      'zh-CN': '"host" 的范围 "{range}" 与现有主机（1.x）均不匹配。',
    },
    cure: {
      en: 'Write "host": "^1.0.0", or wait with the publish until there is such a host.',
      'zh-CN': '请写成 "host": "^1.0.0"，或等有此类主机后再发布。',
    },
  },
  'manifest/host-range-open': {
    severity: 'warning',
    message: {
      en: 'The range "{range}" of "host" also promises majors of the host that nobody has seen.',
      'zh-CN': '"host" 的范围 "{range}" 也承诺支持尚未发布的主机主版本。',
    },
    cure: {
      en: 'Keep to one major, such as ^1.0.0: a new major of the host may take something away.',
      'zh-CN': '请限定在一个主版本内，例如 ^1.0.0：主机的新主版本可能移除某些功能。',
    },
  },
  'manifest/language': {
    severity: 'warning',
    message: {
      en: 'The text at {pointer} is missing in {language}.',
      'zh-CN': '{pointer} 处的文字缺少 {language}。',
    },
    cure: {
      en: 'Write it in both "en" and "zh-CN": who grants a capability reads why in a language of theirs.',
      'zh-CN': '请同时提供 "en" 和 "zh-CN"：授权能力的管理员会用自己的语言阅读理由。',
    },
  },
  'manifest/why-thin': {
    severity: 'warning',
    message: {
      en: 'The reason at {pointer} says nothing that the capability does not: "{why}".',
      'zh-CN': '{pointer} 处的理由没有说明能力本身以外的内容："{why}"。',
    },
    cure: {
      en: 'Say what the plugin does with it and what would be missing without it, in a sentence.',
      'zh-CN': '请用一句话说明插件用它做什么，以及缺少它会怎样。',
    },
  },
})

const FILE = 'package.json'
/** Shorter is a word, no reason. A Chinese sentence takes a third of the characters. */
const LEAST_WHY: Readonly<Record<string, number>> = { en: 10, 'zh-CN': 4 }

export function checkManifestWords(view: PackageView): readonly Finding[] {
  const { manifest } = view
  if (manifest === undefined) return []
  return [...hostRange(view, manifest.host), ...texts(view, manifest)]
}

function hostRange(view: PackageView, range: string): readonly Finding[] {
  const place = { file: FILE, line: view.lineOf(FILE, '/signalbox/host') }
  if (!semver.intersects(range, '1.x', { includePrerelease: true })) {
    return [manifestRules.find('manifest/host-range', place, { range })]
  }
  const isOpen = semver.intersects(range, '>=2.0.0')
  return isOpen ? [manifestRules.find('manifest/host-range-open', place, { range })] : []
}

/** The places of texts that people read: what is called so, wherever it is. */
const LOCALIZED = new Set(['displayName', 'why', 'label'])

function texts(view: PackageView, manifest: object): readonly Finding[] {
  return [...localizedIn(manifest, '/signalbox', 6)].flatMap(({ pointer, key, value }) => {
    const place = { file: FILE, line: view.lineOf(FILE, pointer) }
    const missing = ['en', 'zh-CN'].filter((language) => !value[language]?.trim())
    const untold = missing.map((language) =>
      manifestRules.find('manifest/language', place, { pointer, language }),
    )
    const thin =
      key !== 'why'
        ? []
        : Object.entries(LEAST_WHY)
            .filter(([language, least]) => {
              const text = value[language]?.trim() ?? ''
              return text !== '' && [...text].length < least
            })
            .map(([language]) =>
              manifestRules.find('manifest/why-thin', place, { pointer, why: value[language] }),
            )
    return [...untold, ...thin]
  })
}

interface LocalizedText {
  readonly pointer: string
  readonly key: string
  readonly value: Readonly<Record<string, string | undefined>>
}

function* localizedIn(value: unknown, pointer: string, levels: number): Generator<LocalizedText> {
  if (typeof value !== 'object' || value === null || levels === 0) return
  for (const [key, child] of Object.entries(value)) {
    const at = `${pointer}/${escapeToken(key)}`
    if (LOCALIZED.has(key) && typeof child === 'object' && child !== null) {
      yield { pointer: at, key, value: child as Readonly<Record<string, string>> }
    } else yield* localizedIn(child, at, levels - 1)
  }
}
