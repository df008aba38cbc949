import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of bytes and values that are to become columns, part of the catalogue in sandbox-errors.ts. */
export const columnsErrors = {
  COLUMNS_INVALID: {
    status: 502,
    message: {
      en: 'These are no packed columns: {reason}.',
      'zh-CN': '这不是打包的列数据：{reason}。',
    },
    cure: {
      en: 'Run the batch again; if it stays so, report it: a lane wrote what the host cannot read.',
      'zh-CN': '请重新运行该批次；若仍如此请报告：批处理进程写出了主机无法读取的数据。',
    },
  },
  COLUMN_VALUE: {
    status: 422,
    message: {
      en: 'Row {row} of column {column} holds {found}, where {expected} is expected.',
      'zh-CN': '第 {column} 列第 {row} 行为 {found}，应为 {expected}。',
    },
    cure: {
      en: 'Send values of the declared type: numbers, whole numbers, i64 also as decimal text, true, false, text, or null.',
      'zh-CN': '请按声明的类型发送：数值、整数（i64 可用十进制文本）、true、false、文本或 null。',
    },
  },
  COLUMN_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The text of one column has {reached} bytes; at most {limit} fit into a batch.',
      'zh-CN': '一列文本有 {reached} 字节，每批最多 {limit} 字节。',
    },
    cure: {
      en: 'Send fewer rows in one batch.',
      'zh-CN': '请减少每批的行数。',
    },
  },
  FORMAT_TYPE: {
    status: 422,
    message: {
      en: 'The {format} type {type} has no column type here.',
      'zh-CN': '{format} 类型 {type} 没有对应的列类型。',
    },
    cure: {
      en: 'Convert it in the query: to a float, an integer of up to 64 bits with sign, a boolean or text.',
      'zh-CN': '请在查询中转换为浮点数、不超过 64 位的有符号整数、布尔值或文本。',
    },
  },
  FORMAT_BYTES: {
    status: 400,
    message: {
      en: 'The {format} input cannot be read at byte {at}: {reason}.',
      'zh-CN': '{format} 输入在第 {at} 字节处无法读取：{reason}。',
    },
    cure: {
      en: 'Check that both sides name the same types in the same order, and that the input is whole.',
      'zh-CN': '请确认双方的类型与顺序一致，且输入完整。',
    },
  },
  FORMAT_LINE: {
    status: 400,
    message: {
      en: 'Line {line} of the input cannot be read: {reason}.',
      'zh-CN': '输入的第 {line} 行无法读取：{reason}。',
    },
    cure: {
      en: 'Send one row a line: a JSON array of the arguments, or an object of them in their order.',
      'zh-CN': '请每行发送一行数据：参数的 JSON 数组，或按顺序排列的对象。',
    },
  },
  FORMAT_RANGE: {
    status: 422,
    message: {
      en: 'Row {row} of the result is {found}, which {type} cannot hold.',
      'zh-CN': '结果第 {row} 行为 {found}，{type} 无法表示。',
    },
    cure: {
      en: 'Declare a wider result type, or Nullable where the function answers null.',
      'zh-CN': '请声明更宽的结果类型；函数返回 null 时请声明为 Nullable。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
