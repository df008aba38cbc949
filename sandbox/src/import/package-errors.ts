import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of package inspection, part of the catalogue in sandbox-errors.ts. */
export const packageErrors = {
  PACKAGE_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The package {plugin} is too large: {what} is {reached}, at most {limit}.',
      'zh-CN': '软件包 {plugin} 过大：{what} 为 {reached}，上限 {limit}。',
    },
    cure: {
      en: 'List what belongs in it under "files" in package.json; "npm pack --dry-run" shows what is in it now.',
      'zh-CN':
        '请在 package.json 的 "files" 中只列出所需文件；可用 "npm pack --dry-run" 查看当前内容。',
    },
  },
  PACKAGE_UNREADABLE: {
    status: 422,
    message: {
      en: 'The package {plugin} is not a gzipped tarball that can be read: {reason}',
      'zh-CN': '软件包 {plugin} 不是可读取的 gzip tarball：{reason}',
    },
    cure: {
      en: 'Make it with "npm pack" or "npm publish", and send it again if it was cut off on the way.',
      'zh-CN': '请用 "npm pack" 或 "npm publish" 生成；若传输中断请重新发送。',
    },
  },
  PACKAGE_ENTRY_REFUSED: {
    status: 422,
    message: {
      en: 'The package {plugin} holds entries that no package may hold.',
      'zh-CN': '软件包 {plugin} 含有不允许的条目。',
    },
    cure: {
      en: 'Only plain files under package/, with plain names, each once. errors[] names the entries.',
      'zh-CN': '只允许 package/ 下命名规范、不重复的普通文件；errors[] 列出了有问题的条目。',
    },
  },
  PACKAGE_MISMATCH: {
    status: 422,
    message: {
      en: 'The package says it is {found}, but it was published as {plugin}.',
      'zh-CN': '软件包自称 {found}，但发布为 {plugin}。',
    },
    cure: {
      en: 'Publish from the folder whose package.json has that name and version.',
      'zh-CN': '请从 package.json 名称和版本一致的目录发布。',
    },
  },
  PACKAGE_SIGNATURE_INVALID: {
    status: 422,
    message: {
      en: 'The signature in {plugin} cannot be accepted: signalbox.sig {reason}.',
      'zh-CN': '无法接受 {plugin} 中的签名：signalbox.sig {reason}。',
    },
    cure: {
      en: 'Sign what is published, as the last step before it: "signalbox pack --sign" and then "npm publish --ignore-scripts", by a key that is registered for the publisher ("signalbox signing-key list").',
      'zh-CN':
        '请在发布前的最后一步签名：先运行 "signalbox pack --sign"，再运行 "npm publish --ignore-scripts"，并使用已为该发布者登记的密钥（"signalbox signing-key list"）。',
    },
  },
  PACKAGE_INVALID: {
    status: 422,
    message: {
      en: 'The package {plugin} is not a valid plugin.',
      'zh-CN': '软件包 {plugin} 不是有效的插件。',
    },
    cure: {
      en: 'Correct the places named in errors[]; "signalbox pack" finds them before you publish.',
      'zh-CN': '请更正 errors[] 中列出的位置；"signalbox pack" 可在发布前发现这些问题。',
    },
  },
  PACKAGE_CHECK_FAILED: {
    status: 422,
    message: {
      en: 'The package {plugin} could not be checked within its limits: {reason}',
      'zh-CN': '软件包 {plugin} 未能在限制内完成检查：{reason}',
    },
    cure: {
      en: 'Look for schemas, patterns or examples that take very long to check; else try again.',
      'zh-CN': '请检查是否有校验极慢的 schema、正则或示例；否则请重试。',
    },
  },
  PACKAGE_CHECK_NOT_STARTED: {
    status: 503,
    message: {
      en: 'The check of the package {plugin} could not begin: {reason}',
      'zh-CN': '无法开始检查软件包 {plugin}：{reason}',
    },
    cure: {
      en: 'Nothing is wrong with the package: try again. If it lasts, the operator runs "npm ci" in the folder of the host and starts it again.',
      'zh-CN':
        '软件包本身没有问题：请重试。若持续出现，请运营者在主机目录中运行 "npm ci" 并重新启动主机。',
    },
  },
  PACKAGE_CHECK_BUSY: {
    status: 429,
    message: {
      en: 'Too many packages wait to be checked: {reached} of at most {limit}.',
      'zh-CN': '等待检查的软件包过多：{reached}，上限 {limit}。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>

export type PackageErrorName = keyof typeof packageErrors
