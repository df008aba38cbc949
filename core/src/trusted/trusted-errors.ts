import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the trusted tier; what becomes of a call in a process of its own has the sandbox's codes. */
export const trustedErrors = {
  BYTES_AT_ONCE: {
    status: 503,
    message: {
      en: '{plugin} {version} sends {limit} answers of bytes at the moment, and no more at once.',
      'zh-CN': '{plugin} {version} 当前正在发送 {limit} 个字节流应答，已达同时上限。',
    },
    cure: {
      en: 'Read those that are under way to their end, and try again after the seconds in Retry-After.',
      'zh-CN': '请先读完进行中的应答，并在 Retry-After 指定的秒数后重试。',
    },
  },
  BYTES_EXPECTED: {
    status: 502,
    message: {
      en: '{plugin} {version} promised bytes and gave {reached}.',
      'zh-CN': '{plugin} {version} 承诺返回字节流，却给出了 {reached}。',
    },
    cure: {
      en: 'Return an async iterable of Uint8Array or text, a Readable or a ReadableStream, or {"body"} with one.',
      'zh-CN':
        '请返回 Uint8Array 或文本的异步可迭代对象、Readable、ReadableStream，或包含它们的 {"body"}。',
    },
  },
  BYTES_NOT_HERE: {
    status: 409,
    message: {
      en: '{service}@{major}/{operation} delivers bytes: only an app can ask for it, over HTTP.',
      'zh-CN': '{service}@{major}/{operation} 以字节流交付，只能由应用通过 HTTP 调用。',
    },
    cure: {
      en: 'Ask the plugin for an operation that answers with JSON, or hand the app the address.',
      'zh-CN': '请使用该插件返回 JSON 的操作，或由应用直接调用。',
    },
  },
  BYTES_TOO_LONG: {
    status: 504,
    message: {
      en: 'The answer of {plugin} {version} was cut: it was not sent within {limitS} s.',
      'zh-CN': '{plugin} {version} 的应答被截断：未能在 {limitS} 秒内发送完毕。',
    },
    cure: {
      en: 'Ask for less, read faster, or raise maxSeconds in the contract.',
      'zh-CN': '请缩小请求范围、加快读取，或提高契约中的 maxSeconds。',
    },
  },
  BYTES_TOO_MANY: {
    status: 502,
    message: {
      en: 'The answer of {plugin} {version} was cut: it has more than {limitMb} MiB.',
      'zh-CN': '{plugin} {version} 的应答被截断：超过 {limitMb} MiB。',
    },
    cure: {
      en: 'Ask for less, or raise maxMb in the contract.',
      'zh-CN': '请缩小请求范围，或提高契约中的 maxMb。',
    },
  },
  REPLAY_TIER: {
    status: 409,
    message: {
      en: '{invocation} is a call of {plugin} {version}, which ran in a process of its own: it cannot be run again.',
      'zh-CN': '{invocation} 是 {plugin} {version} 在独立进程中执行的调用，无法回放。',
    },
    cure: {
      en: 'Read its input, host calls and log with GET /v1/invocations/{invocation}.',
      'zh-CN': '请通过 GET /v1/invocations/{invocation} 查看其输入、主机调用和日志。',
    },
  },
  RESOURCE_ELSEWHERE: {
    status: 409,
    message: {
      en: 'The resource {resource} of {plugin} runs on another node of the host.',
      'zh-CN': '{plugin} 的资源 {resource} 正在主机的另一个节点上运行。',
    },
    cure: {
      en: 'Name a URL for it in SIGNALBOX_RESOURCE_URLS that all nodes reach, or run one node.',
      'zh-CN': '请在 SIGNALBOX_RESOURCE_URLS 中为其指定所有节点可访问的 URL，或仅运行一个节点。',
    },
  },
  RESOURCE_MISSING: {
    status: 404,
    message: {
      en: '{plugin} has no resource {resource} in this version, or is not of the tier trusted.',
      'zh-CN': '{plugin} 的此版本没有资源 {resource}，或不属于 trusted 层级。',
    },
    cure: {
      en: 'Name it under resources in the manifest.',
      'zh-CN': '请在清单的 resources 中声明该资源。',
    },
  },
  RESOURCE_UNAVAILABLE: {
    status: 503,
    message: {
      en: 'The resource {resource} of {plugin} does not run at the moment.',
      'zh-CN': '{plugin} 的资源 {resource} 当前未运行。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After; if it stays so, the log of the host says why it ends.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试；若仍如此，主机日志会说明原因。',
    },
  },
  TRUSTED_ONLY: {
    status: 403,
    message: {
      en: '{plugin}@{version} is of the tier {tier}; {call} is for the tier trusted only.',
      'zh-CN': '{plugin}@{version} 属于 {tier} 级别；{call} 仅供 trusted 级别使用。',
    },
    cure: {
      en: 'Use what the host does for a plugin of this tier: fetch, and ctx.secrets.ref.',
      'zh-CN': '请使用主机为该级别插件提供的 fetch 和 ctx.secrets.ref。',
    },
  },
  TRUSTED_RESTARTING: {
    status: 503,
    message: {
      en: 'The process of {plugin} {version} ended and is started again.',
      'zh-CN': '{plugin} {version} 的进程已结束，正在重新启动。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After; if it stays so, the log of the host says why it ends.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试；若仍如此，主机日志会说明原因。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
