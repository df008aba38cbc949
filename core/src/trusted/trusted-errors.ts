import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the trusted tier; what becomes of a call in a process of its own has the sandbox's codes. */
export const trustedErrors = {
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
