import type { Localized } from '@signalbox/sdk/errors'

/**
 * Why a version is not rolled out by the host itself. `never`: only a person could, by hand. `person`: somebody has to
 * agree, and is told. `time`: at a moment that is known. `moment`: until something else is over.
 */
export const updateReasons = {
  'version-blocked': {
    kind: 'never',
    words: { en: 'it was blocked: {detail}', 'zh-CN': '已被封锁：{detail}' },
  },
  'version-yanked': {
    kind: 'never',
    words: { en: 'it was yanked: {detail}', 'zh-CN': '已被撤回：{detail}' },
  },
  'author-key-revoked': {
    kind: 'never',
    words: {
      en: "its author's key was revoked as of {detail}",
      'zh-CN': '作者密钥自 {detail} 起已被吊销',
    },
  },
  deprecated: {
    kind: 'never',
    words: {
      en: 'its publisher advises against it: {detail}',
      'zh-CN': '发布者不建议使用：{detail}',
    },
  },
  prerelease: {
    kind: 'never',
    words: { en: 'it is a prerelease', 'zh-CN': '这是预发布版本' },
  },
  'beyond-range': {
    kind: 'never',
    words: {
      en: 'it is beyond {detail}, and what the setting covers is rolled out alone',
      'zh-CN': '超出 {detail}，仅自动发布设置所涵盖的版本',
    },
  },
  'beyond-latest': {
    kind: 'moment',
    words: {
      en: 'its publisher has not made it the latest, which is {detail}',
      'zh-CN': '发布者尚未将其设为 latest，当前为 {detail}',
    },
  },
  'taken-back': {
    kind: 'never',
    words: {
      en: 'a rollout of it was taken back here: {detail}',
      'zh-CN': '此版本的灰度发布曾在此处被撤回：{detail}',
    },
  },
  'already-tried': {
    kind: 'never',
    words: {
      en: 'it was tried once, and is left to people: {detail}',
      'zh-CN': '已自动尝试一次，此后由人工处理：{detail}',
    },
  },
  'refused-lately': {
    kind: 'time',
    words: {
      en: 'the host did not take it a short while ago: {detail}',
      'zh-CN': '主机不久前未接受该版本：{detail}',
    },
  },
  'too-young': {
    kind: 'time',
    words: {
      en: 'it is younger than {detail} hours: until then others find out what is wrong with it',
      'zh-CN': '发布不足 {detail} 小时：在此之前留待他人发现问题',
    },
  },
  'not-taken': {
    kind: 'moment',
    words: {
      en: 'it is not taken from the marketplace that it comes from: {detail}',
      'zh-CN': '尚未从其所属的应用市场获取：{detail}',
    },
  },
  incompatible: {
    kind: 'moment',
    words: { en: 'the host does not take it: {detail}', 'zh-CN': '主机不接受该版本：{detail}' },
  },
  'asks-for-more': {
    kind: 'person',
    words: {
      en: 'it asks for more than the version in service: {detail}. Install it, let every tenant consent, or roll it out by hand',
      'zh-CN': '比当前版本申请更多权限：{detail}。请先安装并由各租户同意，或手动发布',
    },
  },
  'terms-changed': {
    kind: 'person',
    words: {
      en: 'its terms were not accepted yet: signalbox plugin install {detail}',
      'zh-CN': '其条款尚未被接受：signalbox plugin install {detail}',
    },
  },
  'rollout-running': {
    kind: 'moment',
    words: {
      en: 'another rollout of the plugin is under way: {detail}',
      'zh-CN': '该插件有其他灰度发布正在进行：{detail}',
    },
  },
  standstill: { kind: 'moment', words: { en: '{detail}', 'zh-CN': '{detail}' } },
  superseded: {
    kind: 'moment',
    words: { en: '{detail} is newer, and nothing keeps it', 'zh-CN': '{detail} 更新且无阻碍' },
  },
} as const satisfies Readonly<
  Record<string, { kind: 'never' | 'person' | 'time' | 'moment'; words: Localized }>
>

export type UpdateReasonCode = keyof typeof updateReasons

export interface UpdateReason {
  readonly code: UpdateReasonCode
  readonly kind: 'never' | 'person' | 'time' | 'moment'
  readonly message: Localized
  /** Milliseconds since the epoch from when on it holds no more, where that is known. */
  readonly until?: number
}

export function updateReason(
  code: UpdateReasonCode,
  detail: string | Localized = '',
  until?: number,
): UpdateReason {
  const { kind, words } = updateReasons[code]
  const told = typeof detail === 'string' ? { en: detail, 'zh-CN': detail } : detail
  const message = {
    en: words.en.replace('{detail}', () => told.en),
    'zh-CN': words['zh-CN'].replace('{detail}', () => told['zh-CN']),
  }
  return { code, kind, message, ...(until === undefined ? {} : { until }) }
}
