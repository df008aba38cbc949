import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around events: publishing, sending from outside, dead letters. */
export const eventErrors = {
  DEAD_LETTER_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no dead letter {id}.',
      'zh-CN': '租户 {tenant} 没有死信 {id}。',
    },
    cure: {
      en: 'GET /v1/tenants/{tenant}/dead-letters lists those there are; one that was redelivered is none any more.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/dead-letters 查看现有死信；已重新投递的不再列出。',
    },
  },
  EVENT_SUBSCRIPTION_ENDED: {
    status: 409,
    message: {
      en: 'The plugin was disabled before the event reached it, or its grant of event:subscribe taken back.',
      'zh-CN': '事件送达前插件已被停用，或其 event:subscribe 授权已被收回。',
    },
    cure: {
      en: 'Enable the plugin or grant it again, then redeliver the dead letter.',
      'zh-CN': '请重新启用插件或重新授权，然后重新投递死信。',
    },
  },
  EVENT_TYPE_CLOSED: {
    status: 403,
    message: {
      en: 'The app {app} may not send what errors[] names.',
      'zh-CN': '应用 {app} 不得发送 errors[] 中列出的事件。',
    },
    cure: {
      en: 'The tenant\'s admin allows types with PUT /v1/tenants/{tenant}/apps/{app}/events; a plugin\'s own type must say "external": true in its manifest.',
      'zh-CN':
        '租户管理员可通过 PUT /v1/tenants/{tenant}/apps/{app}/events 允许类型；插件自有类型须在清单中声明 "external": true。',
    },
  },
  EVENT_TYPE_TAKEN: {
    status: 409,
    message: {
      en: 'The event type {type} belongs to {owner}, which declared it first.',
      'zh-CN': '事件类型 {type} 属于最先声明它的 {owner}。',
    },
    cure: {
      en: 'Choose a type of your own, such as one that begins with the name of your company.',
      'zh-CN': '请使用自己的类型，例如以公司名开头。',
    },
  },
  EVENTS_RATE_LIMITED: {
    status: 429,
    message: {
      en: 'The app {app} has sent more than {rate} events a second.',
      'zh-CN': '应用 {app} 每秒发送的事件超过 {rate} 个。',
    },
    cure: {
      en: 'Wait as long as Retry-After says; nothing of this request was taken.',
      'zh-CN': '请按 Retry-After 等待；本次请求未接收任何事件。',
    },
  },
  EVENT_STREAMS_TAKEN: {
    status: 503,
    message: {
      en: 'There are {limit} event streams open already, and no more are opened.',
      'zh-CN': '已打开 {limit} 个事件流，不再打开更多。',
    },
    cure: {
      en: 'Close one that is not read any more; one stream can take several types.',
      'zh-CN': '请关闭不再读取的事件流；一个事件流可接收多种类型。',
    },
  },
  EVENTS_NOT_OFFERED: {
    status: 404,
    message: {
      en: 'The subscription {subscription} gives no events as a stream.',
      'zh-CN': '订阅 {subscription} 不提供事件流。',
    },
    cure: {
      en: 'Its service offers them in the contract under events, and the subscription must be active.',
      'zh-CN': '服务须在契约的 events 中提供，且订阅须处于有效状态。',
    },
  },
  HOST_EVENT_UNKNOWN: {
    status: 409,
    message: {
      en: '{plugin}@{version} subscribes to {type}, which this host does not tell plugins of.',
      'zh-CN': '{plugin}@{version} 订阅了 {type}，但本主机不向插件通知该事件。',
    },
    cure: {
      en: 'GET /v1/host-events lists what there is; make the wish optional where a later host is meant.',
      'zh-CN': 'GET /v1/host-events 列出可订阅的事件；若面向更高版本的主机，请将其设为可选。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
