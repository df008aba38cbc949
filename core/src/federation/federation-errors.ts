import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of what comes from other marketplaces. */
export const federationErrors = {
  BUNDLE_REFUSED: {
    status: 422,
    message: {
      en: 'The bundle is not taken: it {reason}.',
      'zh-CN': '未接受该离线包：{reason}。',
    },
    cure: {
      en: 'Make it anew where it came from, with signalbox marketplace bundle, and compare the keys.',
      'zh-CN': '请在来源处用 signalbox marketplace bundle 重新生成，并核对密钥。',
    },
  },
  MARKETPLACE_ANSWER_REFUSED: {
    status: 502,
    message: {
      en: 'What the marketplace {marketplace} answers for {what} is not taken: {reason}.',
      'zh-CN': '未接受应用市场 {marketplace} 对 {what} 的应答：{reason}。',
    },
    cure: {
      en: 'Nothing was changed. HTTP 401, 403: its token; HTTP 404: the name, or its address lacks /npm; else ask who runs it.',
      'zh-CN':
        '未做任何更改。HTTP 401、403：检查令牌；HTTP 404：检查名称，或地址缺少 /npm；其他情况请询问其运营者。',
    },
  },
  MARKETPLACE_EXISTS: {
    status: 409,
    message: {
      en: 'There is a marketplace {marketplace} already.',
      'zh-CN': '应用市场 {marketplace} 已存在。',
    },
    cure: {
      en: 'Choose another name, or change it: signalbox marketplace set {marketplace}',
      'zh-CN': '请换一个名称，或修改它：signalbox marketplace set {marketplace}',
    },
  },
  MARKETPLACE_IN_USE: {
    status: 409,
    message: {
      en: 'Scopes are bound to the marketplace {marketplace}: {scopes}.',
      'zh-CN': '有 scope 绑定到应用市场 {marketplace}：{scopes}。',
    },
    cure: {
      en: 'Unbind them first: signalbox marketplace unbind {marketplace} SCOPE. What is installed goes on.',
      'zh-CN': '请先解除绑定：signalbox marketplace unbind {marketplace} SCOPE。已安装的继续运行。',
    },
  },
  MARKETPLACE_KEYS_DIFFER: {
    status: 409,
    message: {
      en: 'The marketplace {marketplace} offers none of these keys: {fingerprints}.',
      'zh-CN': '应用市场 {marketplace} 未提供这些密钥：{fingerprints}。',
    },
    cure: {
      en: 'Ask who runs it for the fingerprints, by another way than its address. They offer: {offered}',
      'zh-CN': '请通过其地址以外的途径向运营者索取指纹。目前提供的是：{offered}',
    },
  },
  MARKETPLACE_KEY_CHANGED: {
    status: 409,
    message: {
      en: 'The marketplace {marketplace} signs by keys that follow from none that was confirmed.',
      'zh-CN': '应用市场 {marketplace} 使用的签名密钥不源自任何已确认的密钥。',
    },
    cure: {
      en: 'Nothing is taken from it. Ask who runs it, by another way; then signalbox marketplace confirm {marketplace} FINGERPRINT',
      'zh-CN':
        '不再从中获取任何内容。请通过其他途径询问运营者，然后执行 signalbox marketplace confirm {marketplace} FINGERPRINT',
    },
  },
  MARKETPLACE_LIMIT: {
    status: 409,
    message: {
      en: 'There are {limit} already.',
      'zh-CN': '已有 {limit} 个。',
    },
    cure: { en: 'Remove one that is not needed.', 'zh-CN': '请移除不需要的。' },
  },
  MARKETPLACE_MISSING: {
    status: 404,
    message: {
      en: 'There is no marketplace {marketplace}.',
      'zh-CN': '没有应用市场 {marketplace}。',
    },
    cure: {
      en: 'GET /v1/marketplaces lists them; the own one is not among them.',
      'zh-CN': '请通过 GET /v1/marketplaces 查询；本机自己的市场不在其中。',
    },
  },
  MARKETPLACE_OF_ANOTHER: {
    status: 409,
    message: {
      en: 'The marketplace at this address is {found}, not {expected}.',
      'zh-CN': '该地址的应用市场是 {found}，而不是 {expected}。',
    },
    cure: {
      en: 'One marketplace has one name on a host. Look at the address, and at signalbox marketplace list.',
      'zh-CN': '一个应用市场在主机上只有一个名称。请检查地址和 signalbox marketplace list。',
    },
  },
  MARKETPLACE_STATE: {
    status: 409,
    message: {
      en: 'The marketplace {marketplace} is {state}: {command} is not possible.',
      'zh-CN': '应用市场 {marketplace} 处于 {state} 状态，无法执行 {command}。',
    },
    cure: {
      en: 'unconfirmed, key_changed: compare its keys and confirm them; paused: resume it.',
      'zh-CN': 'unconfirmed、key_changed：核对并确认其密钥；paused：恢复它。',
    },
  },
  MARKETPLACE_UNREACHABLE: {
    status: 502,
    message: {
      en: 'The marketplace {marketplace} cannot be asked ({reason}).',
      'zh-CN': '无法访问应用市场 {marketplace}（{reason}）。',
    },
    cure: {
      en: 'What is installed goes on. FETCH_ADDRESS_REFUSED, FETCH_PLAIN_REFUSED: name its origin in SIGNALBOX_FETCH_ALLOW; else try again later.',
      'zh-CN':
        '已安装的继续运行。FETCH_ADDRESS_REFUSED、FETCH_PLAIN_REFUSED：请在 SIGNALBOX_FETCH_ALLOW 中列出其来源；其他情况请稍后重试。',
    },
  },
  MARKETPLACE_URL_REFUSED: {
    status: 422,
    message: {
      en: 'This is no address of a marketplace: {reason}.',
      'zh-CN': '这不是应用市场的地址：{reason}。',
    },
    cure: {
      en: 'Such as https://plugins.example.com/npm. What is inside, or without TLS, is named in SIGNALBOX_FETCH_ALLOW.',
      'zh-CN':
        '例如 https://plugins.example.com/npm。内网或不带 TLS 的地址须在 SIGNALBOX_FETCH_ALLOW 中列出。',
    },
  },
  PACKAGE_INDEX_REFUSED: {
    status: 502,
    message: {
      en: 'What {marketplace} says of {plugin} is not believed: {reason}.',
      'zh-CN': '不采信 {marketplace} 对 {plugin} 的说明：{reason}。',
    },
    cure: {
      en: 'Nothing was changed. Somebody between may hold back or repeat what it says: ask who runs it.',
      'zh-CN': '未做任何更改。可能有人在中间扣留或重放其内容：请询问其运营者。',
    },
  },
  PACKAGE_NOT_ALLOWED: {
    status: 403,
    message: {
      en: '{plugin} is not on the list of what may be taken from {marketplace}.',
      'zh-CN': '{plugin} 不在允许从 {marketplace} 获取的列表中。',
    },
    cure: {
      en: 'Where it is meant: signalbox marketplace set {marketplace} --allow NAMES',
      'zh-CN': '若确需使用：signalbox marketplace set {marketplace} --allow NAMES',
    },
  },
  PLUGIN_OF_ANOTHER_MARKETPLACE: {
    status: 409,
    message: {
      en: '{plugin} was installed from the marketplace {installed}; this version is of {found}.',
      'zh-CN': '{plugin} 安装自应用市场 {installed}；此版本来自 {found}。',
    },
    cure: {
      en: 'Whoever has the name there may be somebody else. Where it is meant: signalbox marketplace accept {plugin} {found}',
      'zh-CN':
        '两处同名者可能并非同一方。若确认无误：signalbox marketplace accept {plugin} {found}',
    },
  },
  SCOPE_BINDING_MISSING: {
    status: 404,
    message: {
      en: 'The scope {scope} is not bound to the marketplace {marketplace}.',
      'zh-CN': 'scope {scope} 未绑定到应用市场 {marketplace}。',
    },
    cure: {
      en: 'GET /v1/marketplaces/{marketplace} lists its scopes.',
      'zh-CN': '请通过 GET /v1/marketplaces/{marketplace} 查看其 scope。',
    },
  },
  SCOPE_BOUND: {
    status: 409,
    message: {
      en: 'The scope {scope} is bound to the marketplace {marketplace}.',
      'zh-CN': 'scope {scope} 已绑定到应用市场 {marketplace}。',
    },
    cure: {
      en: 'A scope has one marketplace. To change it: signalbox marketplace unbind {marketplace} {scope}',
      'zh-CN':
        '一个 scope 只属于一个应用市场。若要更改：signalbox marketplace unbind {marketplace} {scope}',
    },
  },
  SCOPE_OWN: {
    status: 409,
    message: {
      en: "The scope {scope} is this host's own: a publisher holds it, or packages of it were published here.",
      'zh-CN': 'scope {scope} 属于本机：已有发布者持有，或已有软件包在此发布。',
    },
    cure: {
      en: 'It cannot come from elsewhere as well. Publish under another scope here, or there.',
      'zh-CN': '它不能同时来自别处。请在此处或彼处使用其他 scope 发布。',
    },
  },
  SCOPE_UNBOUND: {
    status: 403,
    message: {
      en: '{plugin} comes from nowhere: the scope {scope} is bound to no marketplace and is not published here.',
      'zh-CN': '{plugin} 没有来源：scope {scope} 未绑定到任何应用市场，也未在此发布。',
    },
    cure: {
      en: 'Say where it comes from: signalbox marketplace bind MARKETPLACE {scope}',
      'zh-CN': '请指定其来源：signalbox marketplace bind MARKETPLACE {scope}',
    },
  },
  VERSION_OF_ANOTHER: {
    status: 409,
    message: {
      en: '{plugin}@{version} is here already, from {marketplace}.',
      'zh-CN': '{plugin}@{version} 已存在，来自 {marketplace}。',
    },
    cure: {
      en: 'A version is never given twice. Take another version from the marketplace that the scope is bound to now.',
      'zh-CN': '同一版本不会被重复提供。请从当前绑定的应用市场获取其他版本。',
    },
  },
  VERSION_TOO_YOUNG: {
    status: 409,
    message: {
      en: '{plugin}@{version} is younger than {hours} hours, the minimum age of what comes from {marketplace}.',
      'zh-CN': '{plugin}@{version} 发布不足 {hours} 小时，未达到来自 {marketplace} 的最低时长。',
    },
    cure: {
      en: 'It may be taken from {at} on, or with a smaller age: signalbox marketplace set {marketplace} --minimum-age HOURS',
      'zh-CN':
        '可在 {at} 之后获取，或缩短时长：signalbox marketplace set {marketplace} --minimum-age HOURS',
    },
  },
  VERSION_WAITS_FOR_REVIEW: {
    status: 409,
    message: {
      en: '{plugin}@{version} was taken from {marketplace} and waits for review here.',
      'zh-CN': '{plugin}@{version} 已从 {marketplace} 获取，正在此处等待评审。',
    },
    cure: {
      en: 'Decide on it: signalbox review list',
      'zh-CN': '请进行评审：signalbox review list',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
