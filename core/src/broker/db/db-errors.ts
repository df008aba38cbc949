import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of a plugin's own tables. */
export const dbErrors = {
  QUOTA_EXCEEDED: {
    status: 507,
    message: {
      en: '{plugin} has {reached} in its tables in the tenant {tenant}; its grant allows {limit}.',
      'zh-CN': '{plugin} 在租户 {tenant} 的表中已有 {reached}；其授权上限为 {limit}。',
    },
    cure: {
      en: 'Delete rows: deletes and reads go on, and writes again within seconds. Or grant a version that asks for more.',
      'zh-CN': '请删除部分数据：删除与读取不受影响，几秒后即可再次写入；或授权要求更高配额的版本。',
    },
  },
  SQL_CONFLICT: {
    status: 409,
    message: {
      en: 'The statements of {plugin} met those of another transaction ({sqlState}); nothing was changed.',
      'zh-CN': '{plugin} 的语句与另一个事务冲突（{sqlState}）；未做任何更改。',
    },
    cure: {
      en: 'Send the same again. If it lasts, touch rows in the same order everywhere.',
      'zh-CN': '请原样重试；若持续出现，请让各处按相同顺序访问行。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
