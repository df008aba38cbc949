import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of taking a plugin out, and of installing over what was kept of one. */
export const removalErrors = {
  EXPORT_FAILED: {
    status: 507,
    message: {
      en: 'The data of {plugin} could not be exported: {reason}. All of it is still there.',
      'zh-CN': '{plugin} 的数据导出失败：{reason}。所有数据仍然保留。',
    },
    cure: {
      en: 'Make room in the data folder, or see the log; it is tried again by itself, and at once by DELETE without data. Or give the export up, with data=keep or, its data with it, data=purge.',
      'zh-CN':
        '请为数据目录腾出空间，或查看日志；主机会自动重试，发送不带 data 的 DELETE 可立即重试。也可放弃导出：data=keep 保留数据，data=purge 清除数据。',
    },
  },
  PLUGIN_BEING_REMOVED: {
    status: 409,
    message: {
      en: '{plugin} is being removed ({state}).',
      'zh-CN': '{plugin} 正在移除（{state}）。',
    },
    cure: {
      en: 'Install it when GET /v1/plugins/{name}/removal tells that it is kept or purged.',
      'zh-CN': '待 GET /v1/plugins/{name}/removal 显示 kept 或 purged 后再安装。',
    },
  },
  PLUGIN_DATA_OF_ANOTHER: {
    status: 409,
    message: {
      en: 'What was kept of {plugin} belongs to the plugin of the marketplace {kept}; this one is from {found}.',
      'zh-CN': '{plugin} 保留的数据属于市场 {kept} 的插件；当前插件来自 {found}。',
    },
    cure: {
      en: 'Nobody inherits data by a name. Install from that marketplace, or give the data up with "signalbox plugin remove" and --data export or purge.',
      'zh-CN':
        '同名插件不会继承数据。请从该市场安装，或使用 "signalbox plugin remove" 并指定 --data export 或 purge 放弃这些数据。',
    },
  },
  REMOVAL_ENABLED: {
    status: 409,
    message: {
      en: '{plugin} cannot be removed: it is enabled in {names}.',
      'zh-CN': '无法移除 {plugin}：以下租户已启用它：{names}。',
    },
    cure: {
      en: 'Disable it in each with PUT /v1/tenants/{tenant}/plugins/{name} and {"binding": "disabled"}.',
      'zh-CN':
        '请在各租户中通过 PUT /v1/tenants/{tenant}/plugins/{name} 和 {"binding": "disabled"} 停用。',
    },
  },
  REMOVAL_INSTALLING: {
    status: 409,
    message: {
      en: '{plugin} cannot be removed: the installation of {names} is under way.',
      'zh-CN': '无法移除 {plugin}：版本 {names} 正在安装。',
    },
    cure: {
      en: 'Wait until GET /v1/plugins/{name} shows it warm, stable or failed.',
      'zh-CN': '请等待 GET /v1/plugins/{name} 显示其状态为 warm、stable 或失败。',
    },
  },
  REMOVAL_MISSING: {
    status: 404,
    message: {
      en: '{plugin} is installed, and is not being removed.',
      'zh-CN': '{plugin} 已安装，且未在移除。',
    },
    cure: {
      en: 'Remove it with DELETE /v1/plugins/{name}.',
      'zh-CN': '请使用 DELETE /v1/plugins/{name} 移除它。',
    },
  },
  REMOVAL_PUT_OFF: {
    status: 503,
    message: {
      en: 'The removal of {plugin} waits: {reason}.',
      'zh-CN': '{plugin} 的移除暂缓：{reason}。',
    },
    cure: {
      en: 'It is tried again by itself, and at once by DELETE without data.',
      'zh-CN': '主机会自动重试；发送不带 data 的 DELETE 可立即重试。',
    },
  },
  REMOVAL_REQUIRED: {
    status: 409,
    message: {
      en: '{plugin} cannot be removed: {names} requires it.',
      'zh-CN': '无法移除 {plugin}：{names} 依赖它。',
    },
    cure: {
      en: 'Remove what requires it first, or roll out a version that does not; a rollback window must be over too.',
      'zh-CN': '请先移除依赖方，或发布不再依赖它的版本；其回滚窗口也须已结束。',
    },
  },
  REMOVAL_ROLLING_OUT: {
    status: 409,
    message: {
      en: '{plugin} cannot be removed: the rollout {names} shares its calls.',
      'zh-CN': '无法移除 {plugin}：灰度发布 {names} 正在分配其调用。',
    },
    cure: {
      en: 'End it with POST /v1/rollouts/{id}/promote or /abort.',
      'zh-CN': '请通过 POST /v1/rollouts/{id}/promote 或 /abort 结束它。',
    },
  },
  REMOVAL_SUBSCRIBED: {
    status: 409,
    message: {
      en: '{plugin} cannot be removed: these apps subscribe to its services: {names}.',
      'zh-CN': '无法移除 {plugin}：以下应用订阅了它的服务：{names}。',
    },
    cure: {
      en: 'Cancel each with POST /v1/subscriptions/{id}:cancel; GET /v1/subscriptions?tenant= lists them.',
      'zh-CN':
        '请通过 POST /v1/subscriptions/{id}:cancel 逐一取消；GET /v1/subscriptions?tenant= 可列出订阅。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
