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
  BYTES_NOT_MASKABLE: {
    status: 403,
    message: {
      en: 'The plan {plan} hides something of answers, and those of {operation} are bytes that cannot be looked through.',
      'zh-CN': '方案 {plan} 隐藏应答中的部分内容，而 {operation} 的应答为字节流，无法逐项过滤。',
    },
    cure: {
      en: 'Ask for a plan that shows all, or call an operation that answers JSON.',
      'zh-CN': '请申请不隐藏内容的方案，或调用以 JSON 应答的操作。',
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
  IDEMPOTENCY_ANSWER_NOT_KEPT: {
    status: 409,
    message: {
      en: 'The call with the key {key} ran and was answered; its answer was not kept: it was too large, or this host has no key to seal it with.',
      'zh-CN':
        '密钥 {key} 对应的调用已执行并应答；应答未予保留：内容过大，或主机没有用于加封的密钥。',
    },
    cure: {
      en: 'Do not send it again under another key: read what it did by a safe operation.',
      'zh-CN': '请勿更换密钥重新发送：请通过只读操作查询其结果。',
    },
  },
  IDEMPOTENCY_IN_PROGRESS: {
    status: 409,
    message: {
      en: 'A call with the key {key} is under way.',
      'zh-CN': '密钥 {key} 对应的调用正在进行。',
    },
    cure: {
      en: 'Send the same request again as Retry-After says: it is then given the answer of the first.',
      'zh-CN': '请按 Retry-After 重新发送同一请求，届时将得到首次调用的应答。',
    },
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    message: {
      en: 'The header Idempotency-Key holds no key of 1 to {maxLength} characters.',
      'zh-CN': '标头 Idempotency-Key 未包含 1 至 {maxLength} 个字符的密钥。',
    },
    cure: {
      en: 'Send one for each thing that is to happen once, such as Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324".',
      'zh-CN':
        '请为每个只应发生一次的操作发送一个密钥，例如 Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"。',
    },
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message: {
      en: 'The key {key} was used with another input.',
      'zh-CN': '密钥 {key} 已用于不同的输入。',
    },
    cure: {
      en: 'Draw a new key for another request; send the very same body to have the first answer again.',
      'zh-CN': '不同的请求请使用新的密钥；若要再次获得首次应答，请发送完全相同的请求体。',
    },
  },
  IDEMPOTENCY_OUTCOME_UNKNOWN: {
    status: 409,
    message: {
      en: 'A call with the key {key} began, and nobody knows what became of it (failure: {failure}).',
      'zh-CN': '密钥 {key} 对应的调用已开始，但结果未知（失败原因：{failure}）。',
    },
    cure: {
      en: 'It is not run a second time. Look by a safe operation whether it had its effect, and only then send it under a new key.',
      'zh-CN': '系统不会再次执行。请先通过只读操作确认其是否生效，再以新的密钥发送。',
    },
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    message: {
      en: 'A page of {origin} may not call with this key.',
      'zh-CN': '来自 {origin} 的页面不得使用此密钥调用。',
    },
    cure: {
      en: "List the origin with PUT /v1/tenants/{tenant}/apps/{app}/origins of the key's app. Programs that are no browser send no Origin header; users' tokens and sessions are for pages of the host.",
      'zh-CN':
        '请通过 PUT /v1/tenants/{tenant}/apps/{app}/origins 为密钥所属应用登记该来源。非浏览器程序不应发送 Origin 标头；用户令牌与会话仅供主机自身页面使用。',
    },
  },
  CALL_QUOTA_EXCEEDED: {
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
