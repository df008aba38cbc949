import type { ErrorDefinition } from '../errors/coded-error.ts'
import { assetCallErrors } from './asset-call-errors.ts'
import { blobCallErrors } from './blob-call-errors.ts'
import { contributionCallErrors } from './contribution-call-errors.ts'
import { fetchCallErrors } from './fetch-call-errors.ts'
import { linkCallErrors } from './link-call-errors.ts'

/**
 * Refusals of calls and of what a plugin asks of its host, part of the host's catalogue: here, because the host of an
 * author's tests utters the same.
 */
export const hostCallErrors = {
  ...assetCallErrors,
  ...blobCallErrors,
  ...contributionCallErrors,
  ...fetchCallErrors,
  ...linkCallErrors,
  ANSWER_BREAKS_CONTRACT: {
    status: 502,
    message: {
      en: '{plugin}@{version} answered {operation} against its own contract.',
      'zh-CN': '{plugin}@{version} 对 {operation} 的应答违反了自身契约。',
    },
    cure: {
      en: "Report it to the plugin's author, or pin an earlier version.",
      'zh-CN': '请报告给插件作者，或固定到较早的版本。',
    },
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The body is larger than {limitKb} KiB.',
      'zh-CN': '请求体超过 {limitKb} KiB。',
    },
    cure: {
      en: 'Send less at once.',
      'zh-CN': '请减少单次发送的数据量。',
    },
  },
  BUDGET_SPENT: {
    status: 429,
    message: {
      en: '{plugin} has used up what it may ask of {capability} for now: {limit}.',
      'zh-CN': '{plugin} 暂时用完了 {capability} 的配额：{limit}。',
    },
    cure: {
      en: 'Wait as long as Retry-After says; ask for more at once, or less often.',
      'zh-CN': '请按 Retry-After 等待；一次多取一些，或降低频率。',
    },
  },
  CALL_CYCLE: {
    status: 508,
    message: {
      en: 'The call of {service} would come back to itself.',
      'zh-CN': '对 {service} 的调用会回到自身。',
    },
    cure: {
      en: 'Break the cycle: {chain}',
      'zh-CN': '请断开循环：{chain}',
    },
  },
  CALL_TOO_DEEP: {
    status: 508,
    message: {
      en: 'Services called each other {depth} deep.',
      'zh-CN': '服务相互调用已达 {depth} 层。',
    },
    cure: {
      en: 'Break the chain: {chain}',
      'zh-CN': '请断开调用链：{chain}',
    },
  },
  CHANNEL_MISSING: {
    status: 404,
    message: {
      en: 'No enabled plugin of this tenant offers the channel {channel}.',
      'zh-CN': '该租户中没有已启用的插件提供渠道 {channel}。',
    },
    cure: {
      en: 'Enable a plugin that puts it into notify/channel/v1.',
      'zh-CN': '请启用一个向 notify/channel/v1 提供该渠道的插件。',
    },
  },
  CONFIG_INVALID: {
    status: 422,
    message: {
      en: 'The settings do not fit the schema of {plugin}@{version}.',
      'zh-CN': '设置不符合 {plugin}@{version} 的模式。',
    },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
  EVENT_BREAKS_SCHEMA: {
    status: 422,
    message: {
      en: 'The data is not what {plugin}@{version} declares for {type}.',
      'zh-CN': '数据不符合 {plugin}@{version} 为 {type} 声明的 schema。',
    },
    cure: {
      en: 'Correct the places named in errors[], or the schema that the manifest names.',
      'zh-CN': '请更正 errors[] 中列出的位置，或清单所指的 schema。',
    },
  },
  EVENT_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The data of {type} has {reached} bytes; the limit is {limit}.',
      'zh-CN': '{type} 的数据为 {reached} 字节，上限为 {limit}。',
    },
    cure: {
      en: 'Publish what names the thing, and let who needs it ask a data service.',
      'zh-CN': '请仅发布对象的标识，由需要者通过数据服务查询详情。',
    },
  },
  EVENT_TOO_MANY_HOPS: {
    status: 409,
    message: {
      en: '{plugin} would publish {type} as number {hops} of one chain; {limit} are the most.',
      'zh-CN': '{plugin} 发布的 {type} 将是同一链路的第 {hops} 个事件，上限为 {limit}。',
    },
    cure: {
      en: 'Plugins answer each other in a circle: stop where nothing new is said. The correlation id names the chain.',
      'zh-CN': '插件之间循环响应：请在没有新信息时停止。correlationid 标识该链路。',
    },
  },
  EVENT_TYPE_UNDECLARED: {
    status: 422,
    message: {
      en: '{plugin}@{version} does not declare the event type {type}.',
      'zh-CN': '{plugin}@{version} 未声明事件类型 {type}。',
    },
    cure: {
      en: 'Add it with its schema under provides.events in the manifest.',
      'zh-CN': '请在清单的 provides.events 中添加该类型及其 schema。',
    },
  },
  FETCH_NOT_GRANTED: {
    status: 403,
    message: {
      en: 'The grants of {plugin} do not cover this {part}: {value}',
      'zh-CN': '{plugin} 的授权不包含该 {part}：{value}',
    },
    cure: {
      en: 'Ask for it in the manifest under http:fetch, and have the admin consent.',
      'zh-CN': '请在清单的 http:fetch 中申请，并由管理员同意。',
    },
  },
  GRANT_MISSING: {
    status: 403,
    message: {
      en: '{plugin} has no grant of {capability} in this tenant.',
      'zh-CN': '{plugin} 在该租户中没有 {capability} 授权。',
    },
    cure: {
      en: 'The tenant\'s admin consents with POST /v1/tenants/{tenant}/plugins/{plugin}/grants and {"capabilities": ["{capability}"]}.',
      'zh-CN':
        '租户管理员可通过 POST /v1/tenants/{tenant}/plugins/{plugin}/grants 和 {"capabilities": ["{capability}"]} 授权。',
    },
  },
  HOST_CALL_UNKNOWN: {
    status: 400,
    message: {
      en: 'The host has no call {call}.',
      'zh-CN': '主机没有调用 {call}。',
    },
    cure: {
      en: 'Use the functions of ctx.',
      'zh-CN': '请使用 ctx 中的函数。',
    },
  },
  INPUT_INVALID: {
    status: 400,
    message: {
      en: 'The request is not what this route takes.',
      'zh-CN': '请求不符合该接口的要求。',
    },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
  JOB_PAYLOAD_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The payload for {job} has {reached} bytes of JSON; at most {limit} are kept.',
      'zh-CN': '作业 {job} 的载荷有 {reached} 字节 JSON，上限为 {limit}。',
    },
    cure: {
      en: 'Keep the data in a table of your own, and schedule its key.',
      'zh-CN': '请将数据存入自有表，只安排其键。',
    },
  },
  JOB_UNKNOWN: {
    status: 404,
    message: {
      en: 'The version of {plugin} that serves {tenant} has no job {job}.',
      'zh-CN': '为 {tenant} 提供服务的 {plugin} 版本没有作业 {job}。',
    },
    cure: {
      en: 'Name it in provides.jobs of the manifest, or correct the name.',
      'zh-CN': '请在清单的 provides.jobs 中声明，或更正名称。',
    },
  },
  METER_UNITS_TOO_MANY: {
    status: 422,
    message: {
      en: '{plugin}@{version} meters more than {limit} units in {tenant}.',
      'zh-CN': '{plugin}@{version} 在 {tenant} 中计量的单位超过 {limit} 个。',
    },
    cure: {
      en: 'Name units by what is counted, such as rows or pages, never by a value.',
      'zh-CN': '请以计量对象命名单位，例如 rows 或 pages，不要以数值命名。',
    },
  },
  OPERATION_MISSING: {
    status: 404,
    message: {
      en: 'The data service {service}@{major} has no operation {operation}.',
      'zh-CN': '数据服务 {service}@{major} 没有操作 {operation}。',
    },
    cure: {
      en: 'Look it up with GET /v1/catalog/services/{service}.',
      'zh-CN': '请通过 GET /v1/catalog/services/{service} 查询。',
    },
  },
  SERVICE_MISSING: {
    status: 404,
    message: {
      en: 'There is no data service {service}@{major}.',
      'zh-CN': '数据服务 {service}@{major} 不存在。',
    },
    cure: {
      en: 'Look it up with GET /v1/catalog/services.',
      'zh-CN': '请通过 GET /v1/catalog/services 查询。',
    },
  },
  SQL_RESULT_TOO_LARGE: {
    status: 422,
    message: {
      en: 'The statement of {plugin} returned more than {limit}.',
      'zh-CN': '{plugin} 的语句返回的数据超过 {limit}。',
    },
    cure: {
      en: 'Ask for pages with ORDER BY and LIMIT; nothing was changed.',
      'zh-CN': '请用 ORDER BY 和 LIMIT 分页查询；未做任何更改。',
    },
  },
  SQL_ROWS_UNEXPECTED: {
    status: 409,
    message: {
      en: 'statements[{index}] of {plugin} met {met} rows instead of {expected}; nothing was changed.',
      'zh-CN':
        '{plugin} 的 statements[{index}] 涉及 {met} 行，而预期为 {expected} 行；未做任何更改。',
    },
    cure: {
      en: 'Read again: somebody else was first.',
      'zh-CN': '请重新读取：数据已被他人更改。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
