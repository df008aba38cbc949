import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of metering. */
export const meterErrors = {
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
} as const satisfies Record<string, ErrorDefinition>
