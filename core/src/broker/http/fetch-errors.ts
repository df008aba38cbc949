import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of `http:fetch`. What is told is what the plugin sent, or a class: nothing of the host's network. */
export const fetchErrors = {
  FETCH_ADDRESS_REFUSED: {
    status: 403,
    message: {
      en: '{origin} leads to an address that is not public ({kind}).',
      'zh-CN': '{origin} 指向非公网地址（{kind}）。',
    },
    cure: {
      en: 'Where it is meant, the operator names it in SIGNALBOX_FETCH_ALLOW.',
      'zh-CN': '若确需访问，请由运营者在 SIGNALBOX_FETCH_ALLOW 中列出。',
    },
  },
  FETCH_BUSY: {
    status: 429,
    message: {
      en: '{plugin} has too many requests under way: {limit}.',
      'zh-CN': '{plugin} 正在进行的请求过多：{limit}。',
    },
    cure: {
      en: 'Wait for some of them before you send more.',
      'zh-CN': '请等待部分请求完成后再发送。',
    },
  },
  FETCH_FAILED: {
    status: 502,
    message: {
      en: 'The request to {origin} failed ({reason}).',
      'zh-CN': '对 {origin} 的请求失败（{reason}）。',
    },
    cure: {
      en: 'dns: look at the name; connect, reset: at the server; tls: at its certificate; protocol, encoding: at what it answers.',
      'zh-CN':
        'dns：检查域名；connect、reset：检查服务器；tls：检查其证书；protocol、encoding：检查其应答内容。',
    },
  },
  FETCH_PLAIN_REFUSED: {
    status: 403,
    message: {
      en: '{origin} would be asked without TLS.',
      'zh-CN': '{origin} 将以非 TLS 方式访问。',
    },
    cure: {
      en: 'Use https, or have the operator name the origin in SIGNALBOX_FETCH_ALLOW.',
      'zh-CN': '请使用 https，或由运营者在 SIGNALBOX_FETCH_ALLOW 中列出该来源。',
    },
  },
  FETCH_TIMEOUT: {
    status: 504,
    message: {
      en: '{origin} did not answer in time.',
      'zh-CN': '{origin} 未及时应答。',
    },
    cure: {
      en: 'Try again later, or give the call a longer deadline; no request takes longer than 30 s.',
      'zh-CN': '请稍后重试，或延长调用期限；单个请求最长 30 秒。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
