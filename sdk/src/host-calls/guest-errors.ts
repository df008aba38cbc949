import type { ErrorDefinition } from '../errors/coded-error.ts'

/** What becomes of a handler that does not answer as it must, part of the sandbox's catalogue. */
export const guestErrors = {
  DEADLINE_EXCEEDED: {
    status: 504,
    message: {
      en: '{plugin} {version} had no answer after {reached} ms; the deadline was {limit} ms.',
      'zh-CN': '{plugin} {version} 在 {reached} 毫秒后仍无结果，期限为 {limit} 毫秒。',
    },
    cure: {
      en: 'Try again with a longer deadline; if it stays so, the author finds the promise that never settles.',
      'zh-CN': '请用更长的期限重试；若仍如此，请作者查找永不完成的 Promise。',
    },
  },
  HANDLER_MISSING: {
    status: 502,
    message: {
      en: '{plugin} {version} has no handler for {entry}.',
      'zh-CN': '{plugin} {version} 没有 {entry} 的处理函数。',
    },
    cure: {
      en: 'The author adds the handler to definePlugin, under the names of the manifest and the contract.',
      'zh-CN': '请作者在 definePlugin 中按清单和契约的名称添加处理函数。',
    },
  },
  HOST_CALLS_AT_ONCE: {
    status: 502,
    message: {
      en: '{plugin} {version} made {reached} host calls at once; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 同时发起了 {reached} 次主机调用，上限为 {limit}。',
    },
    cure: {
      en: 'Await some host calls before making others.',
      'zh-CN': '请先等待部分主机调用完成，再发起其他调用。',
    },
  },
  HOST_CALLS_EXCEEDED: {
    status: 502,
    message: {
      en: '{plugin} {version} made {reached} host calls in one call; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 在一次调用中发起了 {reached} 次主机调用，上限为 {limit}。',
    },
    cure: {
      en: 'Ask for more with each host call.',
      'zh-CN': '请在每次主机调用中取得更多数据。',
    },
  },
  HOST_MESSAGES_TOO_LARGE: {
    status: 502,
    message: {
      en: 'The host calls of one call of {plugin} {version} have {reached} characters; their limit is {limit}.',
      'zh-CN': '{plugin} {version} 一次调用中的主机调用共有 {reached} 个字符，上限为 {limit}。',
    },
    cure: {
      en: 'Do the work in several calls.',
      'zh-CN': '请分多次调用完成。',
    },
  },
  HOST_MESSAGE_TOO_LARGE: {
    status: 502,
    message: {
      en: 'A host call of {plugin} {version} has {reached} characters; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 的一次主机调用有 {reached} 个字符，上限为 {limit}。',
    },
    cure: {
      en: 'Send less with each host call.',
      'zh-CN': '请减少每次主机调用的数据。',
    },
  },
  OUTPUT_NOT_JSON: {
    status: 502,
    message: {
      en: 'The answer of {plugin} {version} cannot be written as JSON: {reason}',
      'zh-CN': '{plugin} {version} 的结果无法表示为 JSON：{reason}',
    },
    cure: {
      en: 'Answer plain objects, arrays, strings, finite numbers, booleans and null.',
      'zh-CN': '请只返回普通对象、数组、字符串、有限数值、布尔值和 null。',
    },
  },
  OUTPUT_TOO_LARGE: {
    status: 502,
    message: {
      en: 'The answer of {plugin} {version} has {reached} characters; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 的结果有 {reached} 个字符，上限为 {limit}。',
    },
    cure: {
      en: 'Answer in pages, or ask for a higher runtime.limits.payloadKb in the manifest.',
      'zh-CN': '请分页返回，或在清单中申请更高的 runtime.limits.payloadKb。',
    },
  },
  PLUGIN_THREW: {
    status: 502,
    message: {
      en: '{plugin} {version} failed: {reason}',
      'zh-CN': '{plugin} {version} 执行失败：{reason}',
    },
    cure: {
      en: 'The author corrects the handler; the log of the call has its stack. For an expected "no", throw Refusal.',
      'zh-CN': '请作者修正处理函数；调用日志中有堆栈。预期的拒绝请抛出 Refusal。',
    },
  },
  TIMERS_EXCEEDED: {
    status: 502,
    message: {
      en: '{plugin} {version} had {reached} timers at once; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 同时设置了 {reached} 个定时器，上限为 {limit}。',
    },
    cure: {
      en: 'Clear timers that are not needed any more, or await some first.',
      'zh-CN': '请清除不再需要的定时器，或先等待部分定时器结束。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
