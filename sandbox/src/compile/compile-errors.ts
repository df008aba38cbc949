import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of compiling ahead, part of the catalogue in sandbox-errors.ts. */
export const compileErrors = {
  COMPILE_FAILED: {
    status: 422,
    message: {
      en: 'The bundle of {plugin} {version} could not be compiled ahead: {reason}',
      'zh-CN': '无法预编译 {plugin} {version} 的代码包：{reason}',
    },
    cure: {
      en: 'Nothing is lost but time: lanes compile it themselves. If calls fail too, their error says what to change.',
      'zh-CN': '只会损失一些时间：执行通道会自行编译。若调用也失败，请按其错误提示修改。',
    },
  },
  COMPILE_BUSY: {
    status: 429,
    message: {
      en: 'Too many bundles wait to be compiled ahead: {reached} of at most {limit}; {plugin} {version} is left out.',
      'zh-CN': '等待预编译的代码包过多：{reached}，上限 {limit}；已略过 {plugin} {version}。',
    },
    cure: {
      en: 'Nothing is lost but time: lanes compile it themselves, and it is tried again when it is next loaded.',
      'zh-CN': '只会损失一些时间：执行通道会自行编译，下次加载时会再次尝试。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>
