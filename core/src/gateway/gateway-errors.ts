/** Refusals of the gateway's pipeline. */
export const gatewayErrors = {
  AUTHENTICATION_THROTTLED: {
    status: 429,
    message: {
      en: 'Too many requests from this address came with a wrong token or key.',
      'zh-CN': '来自该地址的请求多次携带错误的令牌或密钥。',
    },
    cure: {
      en: 'Stop the client that sends the wrong secret, and wait as Retry-After says. Behind a proxy, name it in SIGNALBOX_TRUSTED_PROXIES, so that its clients are told apart.',
      'zh-CN':
        '请停用发送错误密钥的客户端，并按 Retry-After 等待。如位于代理之后，请在 SIGNALBOX_TRUSTED_PROXIES 中列出代理，以便区分各客户端。',
    },
  },
  CONCURRENCY_EXCEEDED: {
    status: 429,
    message: {
      en: 'The plan {plan} allows {concurrency} calls at a time, {share} of them on this node.',
      'zh-CN': '方案 {plan} 允许同时进行 {concurrency} 次调用，其中本节点为 {share} 次。',
    },
    cure: {
      en: 'Wait for an answer before you call again, or ask for another plan.',
      'zh-CN': '请在收到应答后再发起调用，或申请其他方案。',
    },
  },
  HEAD_AMBIGUOUS: {
    status: 400,
    message: {
      en: 'The head of the request can be read in two ways: {reason}.',
      'zh-CN': '请求头存在歧义：{reason}。',
    },
    cure: {
      en: 'Send the header once, in the form of RFC 9110 and RFC 9112. If you did, a proxy in between adds to it.',
      'zh-CN':
        '请按 RFC 9110 与 RFC 9112 的形式仅发送一次该标头。若已如此，请检查中间代理是否追加了标头。',
    },
  },
  HEAD_TOO_LARGE: {
    status: 431,
    message: {
      en: 'The head of the request is larger than {limitKb} KiB.',
      'zh-CN': '请求头超过 {limitKb} KiB。',
    },
    cure: {
      en: 'Send fewer or shorter headers; long input goes into the body of a POST.',
      'zh-CN': '请减少或缩短标头；较长的输入请放入 POST 请求体。',
    },
  },
  QUOTA_EXCEEDED: {
    status: 429,
    message: {
      en: 'The plan {plan} allows {count} calls a {per}; they are used up.',
      'zh-CN': '方案 {plan} 每{per}允许 {count} 次调用，现已用完。',
    },
    cure: {
      en: 'Wait for the next period as Retry-After says, or ask for another plan.',
      'zh-CN': '请按 Retry-After 等待下一周期，或申请其他方案。',
    },
  },
  QUOTA_UNKNOWN: {
    status: 503,
    message: {
      en: 'How much of the quota of {subscription} is left cannot be asked of PostgreSQL right now.',
      'zh-CN': '当前无法向 PostgreSQL 查询 {subscription} 的剩余配额。',
    },
    cure: {
      en: 'Try again as Retry-After says. Calls within what this node holds of the quota go on meanwhile; no call goes beyond it.',
      'zh-CN': '请按 Retry-After 重试。期间，本节点已领取的配额内的调用照常进行，且绝不超额。',
    },
  },
  REQUEST_TOO_SLOW: {
    status: 408,
    message: {
      en: 'The request did not arrive in time.',
      'zh-CN': '请求未在规定时间内到达。',
    },
    cure: {
      en: 'Send it again, faster: the head within {headS} s, all of it within {bodyS} s.',
      'zh-CN': '请重新发送：请求头须在 {headS} 秒内、整个请求须在 {bodyS} 秒内到达。',
    },
  },
  REQUEST_UNREADABLE: {
    status: 400,
    message: {
      en: 'The request is no HTTP/1.1: {reason}.',
      'zh-CN': '请求不是有效的 HTTP/1.1：{reason}。',
    },
    cure: {
      en: 'Send it by a client that keeps to RFC 9112. What could be read in two ways is read in none.',
      'zh-CN': '请使用遵循 RFC 9112 的客户端发送。存在歧义的请求一律不予解析。',
    },
  },
} as const
