import type { Localized } from '../../errors/coded-error.ts'

/** Whom a change meets: callers by what they send, readers by what they are answered, or both by the service's terms. */
export type Direction = 'input' | 'output' | 'service'
export type ChangeKind = 'breaking' | 'additive' | 'docs'

/** What may be said of a schema: stricter than it was, or wider. `{name}` and `{values}` are filled in. */
export interface SchemaRule {
  readonly keywords: readonly string[]
  readonly tighter: Localized
  readonly wider: Localized
}

const text = (en: string, zh: string): Localized => ({ en, 'zh-CN': zh })

/**
 * What a schema can ask of a value, as changes of it. One table: the sentences, the documentation and the tests
 * are made of it.
 */
export const schemaRules = {
  value: {
    keywords: ['true', 'false'],
    tighter: text('no value fits any more', '不再有任何值符合'),
    wider: text('values fit where none did', '原来没有值符合之处，现在有值符合'),
  },
  type: {
    keywords: ['type', 'nullable'],
    tighter: text('the type {values} does not fit any more', '类型 {values} 不再符合'),
    wider: text('the type {values} fits now', '类型 {values} 现在也符合'),
  },
  enum: {
    keywords: ['enum', 'const'],
    tighter: text(
      'only the listed values fit; {values} does not',
      '只有列出的值符合；{values} 不符合',
    ),
    wider: text('more values fit: {values}', '现在有更多的值符合：{values}'),
  },
  required: {
    keywords: ['required'],
    tighter: text('"{name}" is required now', '“{name}”现在是必填项'),
    wider: text('"{name}" may be missing now', '“{name}”现在可以缺失'),
  },
  undeclared: {
    keywords: ['additionalProperties: false', 'propertyNames', 'unevaluatedProperties: false'],
    tighter: text('names that are not declared do not fit any more', '未声明的名称不再符合'),
    wider: text('names that are not declared fit now', '未声明的名称现在也符合'),
  },
  property: {
    keywords: ['properties', 'additionalProperties: false'],
    tighter: text('"{name}" does not fit any more', '“{name}”不再符合'),
    wider: text('"{name}" fits now', '“{name}”现在也符合'),
  },
  count: {
    keywords: ['minProperties', 'maxProperties', 'dependentRequired'],
    tighter: text(
      'other numbers or groups of properties are asked for: {values}',
      '对属性的数量或组合有了新的要求：{values}',
    ),
    wider: text(
      'fewer numbers or groups of properties are asked for: {values}',
      '对属性的数量或组合的要求放宽：{values}',
    ),
  },
  bounds: {
    keywords: [
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'multipleOf',
      'integer',
    ],
    tighter: text('fewer numbers fit: {values}', '符合的数字变少：{values}'),
    wider: text('more numbers fit: {values}', '符合的数字变多：{values}'),
  },
  length: {
    keywords: ['minLength', 'maxLength'],
    tighter: text('fewer lengths of text fit: {values}', '符合的文本长度变少：{values}'),
    wider: text('more lengths of text fit: {values}', '符合的文本长度变多：{values}'),
  },
  pattern: {
    keywords: ['pattern', 'patternProperties'],
    tighter: text('the text must match {values} now', '文本现在必须匹配 {values}'),
    wider: text('the text need not match {values} any more', '文本不再需要匹配 {values}'),
  },
  format: {
    keywords: ['format', 'contentEncoding', 'contentMediaType'],
    tighter: text('the format {values} is asked for now', '现在要求格式 {values}'),
    wider: text('the format {values} is not kept to any more', '不再遵守格式 {values}'),
  },
  items: {
    keywords: ['minItems', 'maxItems', 'uniqueItems', 'contains', 'minContains', 'maxContains'],
    tighter: text('fewer lists fit: {values}', '符合的列表变少：{values}'),
    wider: text('more lists fit: {values}', '符合的列表变多：{values}'),
  },
  alternatives: {
    keywords: ['anyOf', 'oneOf'],
    tighter: text(
      'an alternative that fitted is in none of the alternatives any more',
      '原来符合的某个分支已不在任何分支之中',
    ),
    wider: text('an alternative fits that was in none before', '出现了原来没有的分支'),
  },
  condition: {
    keywords: [
      'not',
      'if',
      'then',
      'else',
      'dependentSchemas',
      'unevaluatedItems',
      'contentSchema',
    ],
    tighter: text('a condition was added or changed: {values}', '增加或更改了条件：{values}'),
    wider: text('a condition was removed or changed: {values}', '移除或更改了条件：{values}'),
  },
} as const satisfies Record<string, SchemaRule>

export type SchemaRuleName = keyof typeof schemaRules

/** A change of a contract that is one whatever the schemas let through. */
export interface ContractRule {
  readonly direction: Direction
  readonly kind: ChangeKind
  readonly sentence: Localized
}

const rule = (direction: Direction, kind: ChangeKind, en: string, zh: string): ContractRule => ({
  direction,
  kind,
  sentence: text(en, zh),
})

export const contractRules = {
  'operation-removed': rule(
    'service',
    'breaking',
    'The operation "{name}" is gone.',
    '操作“{name}”已移除。',
  ),
  'operation-added': rule(
    'service',
    'additive',
    'The operation "{name}" is new.',
    '新增操作“{name}”。',
  ),
  'safe-lost': rule(
    'service',
    'breaking',
    'The operation is no longer safe: it is not answered by GET, nor tried again.',
    '该操作不再是安全操作：不再支持 GET，也不再自动重试。',
  ),
  'safe-gained': rule(
    'service',
    'additive',
    'The operation is safe now: it may be asked by GET and tried again.',
    '该操作现在是安全操作：可以用 GET 调用，也可以重试。',
  ),
  'deadline-raised': rule(
    'service',
    'breaking',
    'An answer may take longer than callers were told: {from} ms, now {to}.',
    '应答时间可能超过原先告知调用方的上限：原为 {from} 毫秒，现为 {to}。',
  ),
  'deadline-lowered': rule(
    'service',
    'additive',
    'The deadline is shorter: {from} ms, now {to}.',
    '截止时间缩短：原为 {from} 毫秒，现为 {to}。',
  ),
  'delivery-changed': rule(
    'output',
    'breaking',
    'The answer is delivered in another way: {from}, now {to}.',
    '应答的交付方式改变：原为 {from}，现为 {to}。',
  ),
  'bytes-cut': rule(
    'output',
    'breaking',
    'A streamed answer is cut sooner: "{name}" was {from}, now {to}.',
    '流式应答会更早被截断：“{name}”原为 {from}，现为 {to}。',
  ),
  'bytes-longer': rule(
    'output',
    'additive',
    'A streamed answer may be longer: "{name}" was {from}, now {to}.',
    '流式应答可以更长：“{name}”原为 {from}，现为 {to}。',
  ),
  'permission-changed': rule(
    'service',
    'breaking',
    'Users need another permission: {from}, now {to}.',
    '用户需要的权限改变：原为 {from}，现为 {to}。',
  ),
  'permission-in-units': rule(
    'service',
    'additive',
    'Users who hold {name} in some units may call the operation.',
    '在部分单元持有 {name} 权限的用户可以调用该操作。',
  ),
  'permission-in-tenant': rule(
    'service',
    'breaking',
    'Users who hold {name} in some units only may not call the operation any more.',
    '仅在部分单元持有 {name} 权限的用户不能再调用该操作。',
  ),
  'permission-removed': rule(
    'service',
    'breaking',
    'No user may call the operation any more: it names no permission.',
    '操作不再指定权限，因此任何用户都不能再调用。',
  ),
  'permission-added': rule(
    'service',
    'additive',
    'Users who hold {to} may call the operation.',
    '持有 {to} 权限的用户可以调用该操作。',
  ),
  'unit-removed': rule(
    'service',
    'breaking',
    'The unit "{name}" is not metered any more.',
    '不再计量单位“{name}”。',
  ),
  'unit-added': rule(
    'service',
    'breaking',
    'Calls are metered by a further unit: "{name}".',
    '调用将按新的单位计量：“{name}”。',
  ),
  'level-lowered': rule(
    'service',
    'breaking',
    'A promised level is lower: "{name}" was {from}, now {to}.',
    '承诺的服务水平降低：“{name}”原为 {from}，现为 {to}。',
  ),
  'level-raised': rule(
    'service',
    'additive',
    'A promised level is higher: "{name}" was {from}, now {to}.',
    '承诺的服务水平提高：“{name}”原为 {from}，现为 {to}。',
  ),
  'input-removed': rule(
    'input',
    'breaking',
    'The field "{name}" is not declared any more: what callers send there is refused or without effect.',
    '字段“{name}”不再声明：调用方在此发送的内容会被拒绝或不起作用。',
  ),
  'output-removed': rule(
    'output',
    'breaking',
    'The field "{name}" is gone from the answers.',
    '应答中不再有字段“{name}”。',
  ),
  'input-added': rule(
    'input',
    'additive',
    'The field "{name}" may be sent.',
    '可以发送字段“{name}”。',
  ),
  'output-added': rule(
    'output',
    'additive',
    'The answers may hold the field "{name}".',
    '应答中可能含有字段“{name}”。',
  ),
  'default-changed': rule(
    'input',
    'breaking',
    'Left out, "{name}" meant {from}; now {to}.',
    '省略“{name}”时原为 {from}，现为 {to}。',
  ),
  'default-removed': rule(
    'input',
    'breaking',
    'Left out, "{name}" meant {from}; now nothing says what it means.',
    '省略“{name}”时原为 {from}，现在没有说明。',
  ),
  'default-added': rule(
    'input',
    'docs',
    'It is said what "{name}" means where it is left out: {to}.',
    '说明了省略“{name}”时的含义：{to}。',
  ),
  'schema-reworded': rule(
    'service',
    'docs',
    'Words of the schema changed; what fits it did not.',
    '模式的文字有改动；符合它的内容不变。',
  ),
  'words-changed': rule('service', 'docs', '"{name}" was reworded.', '“{name}”的文字有改动。'),
  'too-complex': rule(
    'service',
    'breaking',
    'The schemas are too entangled to be compared.',
    '模式过于复杂，无法比较。',
  ),
} as const satisfies Record<string, ContractRule>

export type ContractRuleName = keyof typeof contractRules

/** What a change of a schema means to the other side. */
export const consequences = {
  'input-tighter': {
    kind: 'breaking',
    sentence: text('Calls that were accepted may be refused', '原来接受的调用可能被拒绝'),
  },
  'input-wider': {
    kind: 'additive',
    sentence: text('All that was accepted still is', '原来接受的调用仍然接受'),
  },
  'output-wider': {
    kind: 'breaking',
    sentence: text(
      'Answers may hold what readers were told they never do',
      '应答可能出现原先承诺不会出现的内容',
    ),
  },
  'output-tighter': {
    kind: 'additive',
    sentence: text('Answers keep all that was promised', '应答仍遵守全部承诺'),
  },
} as const satisfies Record<string, { readonly kind: ChangeKind; readonly sentence: Localized }>

/** Said of what no comparison of schemas could show: the safe side is to count it as breaking. */
export const undecided = text(
  'the schemas alone do not show it, so it counts as breaking',
  '仅凭模式无法判断，因此按不兼容处理',
)
