import type { Localized } from '@signalbox/sdk/errors'

export type TemplateLanguage = 'ts' | 'js'

export interface Template {
  readonly label: Localized
  /** Absent: both; of a pack without code there is nothing to choose. */
  readonly only?: TemplateLanguage
}

/** What `signalbox create` can begin with: each a folder of core/templates. */
export const templates = {
  'data-service': {
    label: { en: 'A data service that apps subscribe to', 'zh-CN': '供应用订阅的数据服务' },
  },
  'udf-pack': {
    label: {
      en: 'Functions for rules, metrics and queries',
      'zh-CN': '用于规则、指标与查询的函数包',
    },
  },
  'event-consumer': {
    label: { en: 'A consumer of events', 'zh-CN': '事件消费者' },
  },
  'webhook-connector': {
    label: { en: 'A connector that takes webhooks in', 'zh-CN': '接收 Webhook 的连接器' },
  },
  'declarative-pack': {
    label: {
      en: 'A pack without code: values for other plugins',
      'zh-CN': '无代码的声明式包：为其他插件提供内容',
    },
    only: 'js',
  },
  'console-page': {
    label: { en: 'A page of the console, with its service', 'zh-CN': '控制台页面及其服务' },
  },
} as const satisfies Readonly<Record<string, Template>>

export type TemplateName = keyof typeof templates

export const templateNames = Object.keys(templates) as readonly TemplateName[]
