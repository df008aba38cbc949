import type { ErrorDefinition } from '../errors/coded-error.ts'

/** Refusals of `ctx.blobs`, part of the host's catalogue. */
export const blobCallErrors = {
  BLOB_MISSING: {
    status: 404,
    message: {
      en: '{plugin} has no blob {sha256} in this tenant.',
      'zh-CN': '{plugin} 在该租户中没有文件 {sha256}。',
    },
    cure: {
      en: 'Look it up with ctx.blobs.list, or GET /v1/tenants/(tenant)/plugins/{plugin}/blobs.',
      'zh-CN': '请通过 ctx.blobs.list 或 GET /v1/tenants/(tenant)/plugins/{plugin}/blobs 查询。',
    },
  },
  BLOB_QUOTA_EXCEEDED: {
    status: 413,
    message: {
      en: 'The files of {plugin} would reach {reached} bytes in this tenant; the limit is {limit}.',
      'zh-CN': '{plugin} 在该租户中的文件将达到 {reached} 字节，上限为 {limit}。',
    },
    cure: {
      en: 'Delete what is not needed, abort uploads, or have the admin grant a higher quotaMb of blob:own.',
      'zh-CN': '请删除不需要的文件、放弃未完成的上传，或请管理员授予更高的 blob:own quotaMb。',
    },
  },
  BLOB_RANGE: {
    status: 416,
    message: {
      en: 'The blob {sha256} ends at byte {size}: nothing begins at {offset}.',
      'zh-CN': '文件 {sha256} 只有 {size} 字节，{offset} 处没有内容。',
    },
    cure: {
      en: 'Begin at a byte before the end; stat tells the size.',
      'zh-CN': '请从文件末尾之前开始读取；大小可用 stat 查询。',
    },
  },
  BLOB_TOO_LARGE: {
    status: 413,
    message: {
      en: '{reached} bytes of the blob {sha256} do not fit one answer; the limit is {limit}.',
      'zh-CN': '文件 {sha256} 的 {reached} 字节超过单次应答上限 {limit}。',
    },
    cure: {
      en: 'Read it in parts: ctx.blobs.get(sha256, { offset, length }).',
      'zh-CN': '请分段读取：ctx.blobs.get(sha256, { offset, length })。',
    },
  },
  BLOB_UPLOAD_MISSING: {
    status: 404,
    message: {
      en: '{plugin} has no open upload {upload} in this tenant.',
      'zh-CN': '{plugin} 在该租户中没有未完成的上传 {upload}。',
    },
    cure: {
      en: 'It was finished, aborted, or left for an hour: begin another with ctx.blobs.writer().',
      'zh-CN': '它已完成、已放弃，或闲置超过一小时：请用 ctx.blobs.writer() 重新开始。',
    },
  },
  BLOB_UPLOAD_OFFSET: {
    status: 409,
    message: {
      en: 'The upload {upload} stands at byte {reached}, not at {offset}.',
      'zh-CN': '上传 {upload} 已写到字节 {reached}，而不是 {offset}。',
    },
    cure: {
      en: 'Give the writer what the last write answered; only one writer goes on with an upload.',
      'zh-CN': '请将上一次 write 的返回值传给 writer；同一上传只能由一个 writer 继续。',
    },
  },
  BLOB_UPLOAD_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The upload would reach {reached} bytes; the limit is {limit}.',
      'zh-CN': '上传将达到 {reached} 字节，上限为 {limit}。',
    },
    cure: {
      en: 'Keep it in several blobs, or have it sent over HTTP.',
      'zh-CN': '请拆分为多个文件，或通过 HTTP 发送。',
    },
  },
  BLOB_UPLOADS_TAKEN: {
    status: 429,
    message: {
      en: '{plugin} has {limit} open uploads in this tenant, and may not begin another.',
      'zh-CN': '{plugin} 在该租户中已有 {limit} 个未完成的上传，不能再开始新的上传。',
    },
    cure: {
      en: 'Finish or abort one; those that are left end by themselves after an hour.',
      'zh-CN': '请完成或放弃其中一个；闲置的上传一小时后自动结束。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
