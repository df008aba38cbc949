import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of a plugin's own files that only a real host utters; the others are in the SDK. */
export const blobErrors = {
  BLOB_CORRUPT: {
    status: 500,
    message: {
      en: 'Bytes of the blob {sha256} are not there, or not what was stored.',
      'zh-CN': '文件 {sha256} 的内容缺失，或与存入时不一致。',
    },
    cure: {
      en: 'If it was deleted meanwhile, nothing is wrong; else restore the table "blob_chunks" from a backup.',
      'zh-CN': '如果它刚被删除，则一切正常；否则请从备份恢复表 "blob_chunks"。',
    },
  },
  BLOB_DIGEST_MISMATCH: {
    status: 400,
    message: {
      en: 'The bytes that arrived are not what {header} says.',
      'zh-CN': '收到的内容与 {header} 不符。',
    },
    cure: {
      en: 'Send the bytes again, with the digest of just these.',
      'zh-CN': '请重新发送内容，并附上与之对应的摘要。',
    },
  },
  BLOB_STREAMS_TAKEN: {
    status: 503,
    message: {
      en: 'This node moves {limit} blobs already, and takes no more at once.',
      'zh-CN': '本节点已在传输 {limit} 个文件，不再接受更多。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
