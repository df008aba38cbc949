import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of jobs: what a plugin may not schedule, and what nobody may run. */
export const jobErrors = {
  JOB_CANCELLED: {
    status: 409,
    message: {
      en: 'The run of {job} of {plugin} is over: the plugin was disabled, its grant was taken back, or its time is up.',
      'zh-CN': '{plugin} 的作业 {job} 的本次运行已结束：插件被停用、授权被收回，或时间已到。',
    },
    cure: {
      en: 'Nothing was done by this call. The host runs it again when the plugin is enabled and granted.',
      'zh-CN': '此次调用未产生任何效果。插件启用并获得授权后，主机会再次运行。',
    },
  },
  JOB_LOST: {
    status: 500,
    message: {
      en: 'The run {run} of {job} was lost with its node {attempts} times.',
      'zh-CN': '作业 {job} 的运行 {run} 已随节点丢失 {attempts} 次。',
    },
    cure: {
      en: 'Find out why its nodes die, then schedule it again.',
      'zh-CN': '请查明节点终止的原因，然后重新安排。',
    },
  },
  JOB_PER_HOST_UNSUPPORTED: {
    status: 409,
    message: {
      en: '{plugin}@{version} asks for jobs once a host, which this host does not run: every job runs for a tenant.',
      'zh-CN': '{plugin}@{version} 要求每主机一次的作业，本主机不支持：作业都按租户运行。',
    },
    cure: {
      en: 'Ask for "job:schedule" with "per": "tenant".',
      'zh-CN': '请以 "per": "tenant" 申请 "job:schedule"。',
    },
  },
  JOB_RUN_CANCELLED: {
    status: 409,
    message: {
      en: 'The run of {job} of {plugin} was cancelled.',
      'zh-CN': '{plugin} 的作业 {job} 的本次运行已被取消。',
    },
    cure: {
      en: 'Nothing is to be done: it is not run again. Schedule it anew if it should be.',
      'zh-CN': '无需处理：不会再次运行。如有需要，请重新安排。',
    },
  },
  JOB_RUNNING: {
    status: 409,
    message: {
      en: 'The job {job} of {plugin} runs already, or waits for its next attempt.',
      'zh-CN': '{plugin} 的作业 {job} 正在运行，或正等待下一次尝试。',
    },
    cure: {
      en: 'Wait until GET /v1/tenants/{tenant}/plugins/{plugin}/jobs shows it waiting.',
      'zh-CN': '请等到 GET /v1/tenants/{tenant}/plugins/{plugin}/jobs 显示其为等待状态。',
    },
  },
  JOBS_TOO_MANY: {
    status: 429,
    message: {
      en: '{plugin} has {limit} schedules waiting in {tenant} already.',
      'zh-CN': '{plugin} 在 {tenant} 中已有 {limit} 个等待中的安排。',
    },
    cure: {
      en: 'Use keys to move schedules instead of adding them, or cancel some.',
      'zh-CN': '请使用键来移动已有安排而非新增，或取消一部分。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
