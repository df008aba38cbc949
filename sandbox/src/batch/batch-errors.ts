import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of batches of a UDF, part of the catalogue in sandbox-errors.ts. */
export const batchErrors = {
  BATCH_BUSY: {
    status: 429,
    message: {
      en: 'Too many batches wait beside the one of {plugin} {version}: {reached} of at most {limit}.',
      'zh-CN': '与 {plugin} {version} 一同等待的批次过多：{reached}，上限 {limit}。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试。',
    },
  },
  BATCH_BACKLOG: {
    status: 429,
    message: {
      en: 'Batches hold {reached} bytes with the one of {plugin} {version}; at most {limit} may wait.',
      'zh-CN': '加上 {plugin} {version} 的批次，等待的数据达 {reached} 字节，上限 {limit}。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After, or send smaller batches.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试，或减小批次。',
    },
  },
  BATCH_INPUT_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The batch for {udf} of {plugin} {version} has {reached} bytes at row {rows}; the limit is {limit}.',
      'zh-CN': '{plugin} {version} 的 {udf} 批次在第 {rows} 行有 {reached} 字节，上限为 {limit}。',
    },
    cure: {
      en: 'Send fewer rows in one batch, and shorter text in a row.',
      'zh-CN': '请减少每批的行数，并缩短单行文本。',
    },
  },
  BATCH_ARGUMENTS: {
    status: 422,
    message: {
      en: '{udf} of {plugin} {version} takes ({expected}), not ({found}).',
      'zh-CN': '{plugin} {version} 的 {udf} 接受（{expected}），而不是（{found}）。',
    },
    cure: {
      en: 'Send one column for each argument, of its type and all of the same length.',
      'zh-CN': '请为每个参数发送一列，类型一致且长度相同。',
    },
  },
  BATCH_UDF_MISSING: {
    status: 502,
    message: {
      en: '{plugin} {version} has no UDF {udf}.',
      'zh-CN': '{plugin} {version} 没有 UDF {udf}。',
    },
    cure: {
      en: 'The author adds it to udfs of definePlugin, under the name of the manifest.',
      'zh-CN': '请作者在 definePlugin 的 udfs 中按清单的名称添加。',
    },
  },
  BATCH_SIGNATURE: {
    status: 502,
    message: {
      en: '{udf} of {plugin} {version} declares a signature that is none: {reason}',
      'zh-CN': '{plugin} {version} 的 {udf} 声明的签名无效：{reason}',
    },
    cure: {
      en: 'The author declares it with scalar() or columnar() of @signalbox/sdk.',
      'zh-CN': '请作者用 @signalbox/sdk 的 scalar() 或 columnar() 声明。',
    },
  },
  BATCH_LOAD_FAILED: {
    status: 502,
    message: {
      en: 'The bundle of {plugin} {version} cannot be loaded for a batch: {reason}',
      'zh-CN': '无法为批处理加载 {plugin} {version} 的代码包：{reason}',
    },
    cure: {
      en: 'Pack it with "signalbox pack"; code at the top level must run within a second and without Node.',
      'zh-CN': '请用 "signalbox pack" 打包；顶层代码须在一秒内、不依赖 Node 运行完成。',
    },
  },
  BATCH_UDF_THREW: {
    status: 502,
    message: {
      en: '{udf} of {plugin} {version} failed at row {rows}: {reason}',
      'zh-CN': '{plugin} {version} 的 {udf} 在第 {rows} 行执行失败：{reason}',
    },
    cure: {
      en: 'The author corrects the function. For an expected "no" about a row, answer null or throw Refusal.',
      'zh-CN': '请作者修正函数。对某行的预期拒绝请返回 null 或抛出 Refusal。',
    },
  },
  BATCH_RESULT: {
    status: 502,
    message: {
      en: '{udf} of {plugin} {version} answered {found} at row {rows}, where {expected} is declared.',
      'zh-CN': '{plugin} {version} 的 {udf} 在第 {rows} 行返回了 {found}，声明的是 {expected}。',
    },
    cure: {
      en: 'The author answers one value of the declared type, or null, for each row.',
      'zh-CN': '请作者为每一行返回一个声明类型的值或 null。',
    },
  },
  BATCH_OUTPUT_TOO_LARGE: {
    status: 502,
    message: {
      en: 'The result of {udf} of {plugin} {version} has {reached} bytes at row {rows}; the limit is {limit}.',
      'zh-CN': '{plugin} {version} 的 {udf} 结果在第 {rows} 行有 {reached} 字节，上限为 {limit}。',
    },
    cure: {
      en: 'The author answers shorter text.',
      'zh-CN': '请作者返回更短的文本。',
    },
  },
  BATCH_MORSEL_TIMEOUT: {
    status: 504,
    message: {
      en: '{udf} of {plugin} {version} computed for {reached} ms on {rows} rows; its limit is {limit} ms.',
      'zh-CN':
        '{plugin} {version} 的 {udf} 计算 {rows} 行用了 {reached} 毫秒，上限为 {limit} 毫秒。',
    },
    cure: {
      en: 'The author does less for each row; whoever waits may give the batch more time, up to 5 seconds a morsel.',
      'zh-CN': '请作者减少每行的计算；调用方可给批次更多时间，每段最多 5 秒。',
    },
  },
  BATCH_DEADLINE: {
    status: 504,
    message: {
      en: '{udf} of {plugin} {version} had worked off {done} of {rows} rows after {reached} ms; the deadline was {limit} ms.',
      'zh-CN':
        '{plugin} {version} 的 {udf} 在 {reached} 毫秒后处理了 {rows} 行中的 {done} 行，期限为 {limit} 毫秒。',
    },
    cure: {
      en: 'Send fewer rows, or allow more time.',
      'zh-CN': '请减少行数，或允许更长的时间。',
    },
  },
  BATCH_MEMORY: {
    status: 502,
    message: {
      en: '{udf} of {plugin} {version} used more memory than its limit of {limit} MiB (seen: {reached}).',
      'zh-CN': '{plugin} {version} 的 {udf} 使用的内存超过上限 {limit} MiB（实测：{reached}）。',
    },
    cure: {
      en: 'The author keeps less of what was seen before, or asks for a higher runtime.limits.heapMb.',
      'zh-CN': '请作者减少保留的数据，或申请更高的 runtime.limits.heapMb。',
    },
  },
  BATCH_LANE_LOST: {
    status: 502,
    message: {
      en: 'The process that ran {udf} of {plugin} {version} ended: {reason}',
      'zh-CN': '运行 {plugin} {version} 的 {udf} 的进程已结束：{reason}',
    },
    cure: {
      en: 'Try again. If it stays so, the log of the host names the batch that ends the process.',
      'zh-CN': '请重试。若仍如此，主机日志会指出导致进程结束的批次。',
    },
  },
  BATCH_START_FAILED: {
    status: 503,
    message: {
      en: 'A batch process cannot start: {reason}',
      'zh-CN': '批处理进程无法启动：{reason}',
    },
    cure: {
      en: 'Check that the machine has memory, processes and space in /dev/shm or the temporary folder to spare.',
      'zh-CN': '请检查机器的内存、进程数以及 /dev/shm 或临时目录的空间。',
    },
  },
  BATCH_STOPPED: {
    status: 503,
    message: {
      en: 'Batch lanes stop; {udf} of {plugin} {version} did not come to its end.',
      'zh-CN': '批处理正在停止；{plugin} {version} 的 {udf} 未完成。',
    },
    cure: {
      en: 'Try again on a node that serves.',
      'zh-CN': '请在提供服务的节点上重试。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
