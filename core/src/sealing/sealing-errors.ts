import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** The host's own keys. A file is named by its setting, never by its path: tenants read these too. */
export const sealingErrors = {
  HOST_KEY_ABSENT: {
    status: 503,
    message: {
      en: 'This host has no key of its own to seal with: it uses a PostgreSQL of yours, and no SIGNALBOX_KEY_FILE.',
      'zh-CN': '本主机没有可用于加密的密钥：它使用外部 PostgreSQL，但未设置 SIGNALBOX_KEY_FILE。',
    },
    cure: {
      en: 'The operator gives every node the same SIGNALBOX_KEY_FILE; "openssl rand -base64 32" makes a key.',
      'zh-CN':
        '请运营者为每个节点设置相同的 SIGNALBOX_KEY_FILE；可用 "openssl rand -base64 32" 生成密钥。',
    },
  },
  HOST_KEY_MISSING: {
    status: 503,
    message: {
      en: 'What is stored is sealed under the host key {key}, which this node does not have.',
      'zh-CN': '已存储的内容由主机密钥 {key} 加密，本节点没有该密钥。',
    },
    cure: {
      en: 'The operator puts that key back into SIGNALBOX_KEY_FILE of every node, and then runs "signalbox secrets rewrap".',
      'zh-CN':
        '请运营者将该密钥放回每个节点的 SIGNALBOX_KEY_FILE，然后执行 "signalbox secrets rewrap"。',
    },
  },
  KEY_FILE_UNUSABLE: {
    status: 500,
    message: {
      en: "The host's key file ({setting}) cannot be used: {reason}.",
      'zh-CN': '主机密钥文件（{setting}）不可用：{reason}。',
    },
    cure: {
      en: 'One key a line, 32 bytes in base64, the newest first; then "chmod 600" on the file.',
      'zh-CN': '每行一个密钥（32 字节 base64），最新的在最前；并对文件执行 "chmod 600"。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
