import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of rollouts of what plugins keep themselves. */
export const documentErrors = {
  DOCUMENT_NOT_STABLE: {
    status: 409,
    message: {
      en: 'The stable version of {kind} {document} is {stable}, not {from}.',
      'zh-CN': '{kind} {document} 的稳定版本是 {stable}，而不是 {from}。',
    },
    cure: {
      en: 'Plan from {stable}: ctx.rollouts.pick says which version is stable.',
      'zh-CN': '请以 {stable} 为起点制定计划；ctx.rollouts.pick 会给出稳定版本。',
    },
  },
  DOCUMENT_ROLLOUTS_TAKEN: {
    status: 409,
    message: {
      en: '{limit} rollouts of documents are not over yet: {whose}.',
      'zh-CN': '已有 {limit} 个文档灰度发布尚未结束：{whose}。',
    },
    cure: {
      en: 'Wait until one is over, or abort one.',
      'zh-CN': '请等待其中一个结束，或中止一个。',
    },
  },
  DOCUMENTS_TOO_MANY: {
    status: 409,
    message: {
      en: 'The host keeps the stable versions of {limit} documents of {plugin} already.',
      'zh-CN': '平台已为 {plugin} 保存 {limit} 个文档的稳定版本。',
    },
    cure: {
      en: 'Release what belongs together as one document.',
      'zh-CN': '请将相关内容合并为一个文档发布。',
    },
  },
  PICK_FORGED: {
    status: 422,
    message: {
      en: 'This is no pick that the host gave {plugin} for its {kind} in this tenant.',
      'zh-CN': '这不是平台在该租户内为 {plugin} 的 {kind} 给出的选择凭据。',
    },
    cure: {
      en: 'Report with the `pick` that ctx.rollouts.pick answered, as it is.',
      'zh-CN': '请原样使用 ctx.rollouts.pick 返回的 `pick` 进行上报。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
