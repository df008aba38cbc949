import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of guest calls, part of the catalogue in sandbox-errors.ts. */
export const laneErrors = {
  TURN_TIMEOUT: {
    status: 504,
    message: {
      en: '{plugin} {version} computed for {reached} ms without a pause; its limit is {limit} ms.',
      'zh-CN': '{plugin} {version} 连续计算了 {reached} 毫秒，上限为 {limit} 毫秒。',
    },
    cure: {
      en: 'Do less in one go, or ask for a higher runtime.limits.turnMs in the manifest.',
      'zh-CN': '请减少单次计算量，或在清单中申请更高的 runtime.limits.turnMs。',
    },
  },
  MEMORY_EXCEEDED: {
    status: 502,
    message: {
      en: '{plugin} {version} used more memory than its limit of {limit} MiB (seen: {reached}).',
      'zh-CN': '{plugin} {version} 使用的内存超过上限 {limit} MiB（实测：{reached}）。',
    },
    cure: {
      en: 'Work on less data at once, or ask for a higher runtime.limits.heapMb in the manifest.',
      'zh-CN': '请减少单次处理的数据，或在清单中申请更高的 runtime.limits.heapMb。',
    },
  },
  INPUT_TOO_LARGE: {
    status: 413,
    message: {
      en: 'The input for {plugin} {version} has {reached} characters; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 的输入有 {reached} 个字符，上限为 {limit}。',
    },
    cure: {
      en: 'Send less in one call.',
      'zh-CN': '请减少单次调用的数据。',
    },
  },
  LOAD_FAILED: {
    status: 502,
    message: {
      en: 'The bundle of {plugin} {version} cannot be loaded: {reason}',
      'zh-CN': '无法加载 {plugin} {version} 的代码包：{reason}',
    },
    cure: {
      en: 'Pack it with "signalbox pack"; code at the top level must run within a second and without Node.',
      'zh-CN': '请用 "signalbox pack" 打包；顶层代码须在一秒内、不依赖 Node 运行完成。',
    },
  },
  LOAD_TIMEOUT: {
    status: 502,
    message: {
      en: 'The top level of {plugin} {version} ran for {reached} ms; its limit is {limit} ms.',
      'zh-CN': '{plugin} {version} 的顶层代码运行了 {reached} 毫秒，上限为 {limit} 毫秒。',
    },
    cure: {
      en: 'Compute tables when they are first needed, or when the plugin is packed.',
      'zh-CN': '请在首次需要时或打包时计算数据表。',
    },
  },
  LOAD_MEMORY_EXCEEDED: {
    status: 502,
    message: {
      en: 'The top level of {plugin} {version} used more memory than its limit of {limit} MiB (seen: {reached}).',
      'zh-CN': '{plugin} {version} 的顶层代码使用的内存超过上限 {limit} MiB（实测：{reached}）。',
    },
    cure: {
      en: 'Keep less in variables of the module, or ask for a higher runtime.limits.heapMb in the manifest.',
      'zh-CN': '请减少模块变量中的数据，或在清单中申请更高的 runtime.limits.heapMb。',
    },
  },
  CIRCUIT_OPEN: {
    status: 503,
    message: {
      en: '{plugin} {version} is not called for now: it cost its process {reached} times within 10 minutes; the limit is {limit}.',
      'zh-CN':
        '{plugin} {version} 暂停调用：它在 10 分钟内使其进程终止 {reached} 次，上限为 {limit} 次。',
    },
    cure: {
      en: 'Go back to an earlier version; this one is tried again after the seconds in Retry-After.',
      'zh-CN': '请回退到较早版本；该版本将在 Retry-After 指定的秒数后重新尝试。',
    },
  },
  LANE_LOST: {
    status: 502,
    message: {
      en: 'The process that ran {plugin} {version} ended: {reason}',
      'zh-CN': '运行 {plugin} {version} 的进程已结束：{reason}',
    },
    cure: {
      en: 'Try again. If it stays so, the log of the host names the call that ends the process.',
      'zh-CN': '请重试。若仍如此，主机日志会指出导致进程结束的调用。',
    },
  },
  INTERRUPTED: {
    status: 503,
    message: {
      en: 'A call of {plugin} {version} was interrupted by a neighbour after it may have had effects.',
      'zh-CN': '{plugin} {version} 的一次调用被其他调用中断，可能已产生影响。',
    },
    cure: {
      en: 'Check what it did, then try again; the version is not blamed for it.',
      'zh-CN': '请先检查其影响再重试；该版本不为此负责。',
    },
  },
  BUSY: {
    status: 429,
    message: {
      en: 'Too many calls wait for {plugin} {version}: {reached} of at most {limit}.',
      'zh-CN': '等待 {plugin} {version} 的调用过多：{reached}，上限 {limit}。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试。',
    },
  },
  HOST_ANSWER_TOO_LARGE: {
    status: 502,
    message: {
      en: 'The answer to {name} of {plugin} {version} has {reached} characters; its limit is {limit}.',
      'zh-CN': '{plugin} {version} 的 {name} 的结果有 {reached} 个字符，上限为 {limit}。',
    },
    cure: {
      en: 'Ask for less at once, or for a higher runtime.limits.payloadKb in the manifest.',
      'zh-CN': '请减少单次请求的数据，或在清单中申请更高的 runtime.limits.payloadKb。',
    },
  },
  HOST_CALL_FAILED: {
    status: 502,
    message: {
      en: 'The host could not answer {name} of {plugin} {version}.',
      'zh-CN': '主机无法完成 {plugin} {version} 的 {name} 调用。',
    },
    cure: {
      en: 'Try again; the log of the host has the cause under the trace id.',
      'zh-CN': '请重试；主机日志中以该跟踪编号记录了原因。',
    },
  },
  STOPPED: {
    status: 503,
    message: {
      en: 'The sandbox stops; {plugin} {version} was not called.',
      'zh-CN': '沙箱正在停止；未调用 {plugin} {version}。',
    },
    cure: {
      en: 'Try again on a node that serves.',
      'zh-CN': '请在提供服务的节点上重试。',
    },
  },
  START_FAILED: {
    status: 503,
    message: {
      en: 'A sandbox process cannot start: {reason}',
      'zh-CN': '沙箱进程无法启动：{reason}',
    },
    cure: {
      en: 'Check that the machine has memory and processes to spare, and that isolated-vm is installed for it.',
      'zh-CN': '请检查机器是否有足够的内存和进程数，并确认已为其安装 isolated-vm。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
