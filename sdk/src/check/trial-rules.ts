import { defineRules } from './rule.ts'

/** What a host finds when it runs a plugin before it is published: in a lane, without tenant, settings and grants. */
export const trialRules = defineRules({
  'examples/failed': {
    severity: 'error',
    message: {
      en: 'The example {example} of {operation} fails: {reason}.',
      'zh-CN': '{operation} 的示例 {example} 运行失败：{reason}。',
    },
    cure: {
      en: 'Correct the handler or the example: readers of the contract take examples for what works.',
      'zh-CN': '请更正处理函数或示例：契约的读者会认为示例可用。',
    },
  },
  'examples/refused': {
    severity: 'warning',
    message: {
      en: 'The plugin refuses the example {example} of {operation}: {reason}.',
      'zh-CN': '插件拒绝了 {operation} 的示例 {example}：{reason}。',
    },
    cure: {
      en: 'Give an input that is answered; describe refusals in words.',
      'zh-CN': '请提供能得到回答的输入；拒绝情况请用文字说明。',
    },
  },
  'examples/different': {
    severity: 'warning',
    message: {
      en: 'The answer to the example {example} of {operation} is not the one that the contract shows.',
      'zh-CN': '{operation} 的示例 {example} 的实际输出与契约所示不同。',
    },
    cure: {
      en: 'Put the answer of today into the example, or leave "output" out where it changes.',
      'zh-CN': '请将当前输出写入示例；若输出会变化，请省略 "output"。',
    },
  },
  'examples/not-run': {
    severity: 'note',
    message: {
      en: 'The example {example} of {operation} was not run: {reason}.',
      'zh-CN': '{operation} 的示例 {example} 未运行：{reason}。',
    },
    cure: {
      en: 'Nothing to do: it fits its schemas, and what needs the host is tried where it is installed.',
      'zh-CN': '无需处理：它符合模式；需要主机能力的部分在安装处验证。',
    },
  },
  'self-test/failed': {
    severity: 'error',
    message: {
      en: 'The plugin does not start, or its self-test fails under its limits: {reason}.',
      'zh-CN': '插件无法启动，或其自检在限额内失败：{reason}。',
    },
    cure: {
      en: 'Correct it: no host would let this version serve. A self-test has no tenant and no grants; "signalbox test" runs it.',
      'zh-CN': '请更正：任何主机都不会启用此版本。自检没有租户和授权；可用 "signalbox test" 运行。',
    },
  },
  'migrations/not-reversible': {
    severity: 'error',
    message: {
      en: 'The migrations cannot be taken back: {what}.',
      'zh-CN': '迁移无法回退：{what}。',
    },
    cure: {
      en: 'Make each .expand.down.sql undo exactly what its .expand.sql did: expand, down and expand again must give the same tables.',
      'zh-CN':
        '请让每个 .expand.down.sql 恰好撤销对应的 .expand.sql：expand、down、再次 expand 必须得到相同的表。',
    },
  },
  'migrations/refused': {
    severity: 'error',
    message: {
      en: 'A statement that no plugin may run: {what}.',
      'zh-CN': '插件不允许执行的语句：{what}。',
    },
    cure: {
      en: 'Use tables, indexes, sequences, enums and rows of your own, by unqualified names; see sdk/docs/capabilities.md.',
      'zh-CN':
        '请只使用自己的表、索引、序列、枚举和数据行，且名称不带模式限定；参见 sdk/docs/capabilities.md。',
    },
  },
  'migrations/failed': {
    severity: 'error',
    message: {
      en: 'A migration fails on an empty schema: {what}.',
      'zh-CN': '迁移在空模式上执行失败：{what}。',
    },
    cure: {
      en: 'Correct the SQL: names are unqualified, and what a host refuses is told by the reason.',
      'zh-CN': '请更正 SQL：名称不得带模式限定；主机拒绝的内容见原因。',
    },
  },
  'migrations/not-tried': {
    severity: 'note',
    message: {
      en: 'The migrations were not run: that takes the database of a host.',
      'zh-CN': '未运行迁移：这需要主机的数据库。',
    },
    cure: {
      en: 'Nothing to do: the marketplace runs expand, down and expand on a scratch schema at the publish.',
      'zh-CN': '无需处理：发布时市场会在临时模式上执行 expand、down、expand。',
    },
  },
  'trials/cut-short': {
    severity: 'warning',
    message: {
      en: 'The trials took longer than {seconds} s and ended before {what}.',
      'zh-CN': '试运行超过 {seconds} 秒，在 {what} 之前结束。',
    },
    cure: {
      en: 'What was not tried is reviewed by a person; fewer or quicker examples and steps are all tried.',
      'zh-CN': '未试运行的部分由人工评审；减少或加快示例与步骤即可全部试运行。',
    },
  },
})
