import type { ErrorDefinition } from '../errors/coded-error.ts'

/** Refusals of files of a plugin's own package. */
export const assetCallErrors = {
  ASSET_MISSING: {
    status: 404,
    message: {
      en: 'The package of {plugin}@{version} has no asset {path}.',
      'zh-CN': '{plugin}@{version} 的软件包中没有资源 {path}。',
    },
    cure: {
      en: 'List the file under "files" of package.json and write its path as it is packed; "npm pack --dry-run" lists them.',
      'zh-CN':
        '请在 package.json 的 "files" 中列出该文件，并按打包后的路径书写；可用 "npm pack --dry-run" 查看。',
    },
  },
  ASSET_RANGE: {
    status: 416,
    message: {
      en: 'The asset {path} ends at byte {size}: nothing begins at {offset}.',
      'zh-CN': '资源 {path} 只有 {size} 字节，{offset} 处没有内容。',
    },
    cure: {
      en: 'Begin at a byte before the end.',
      'zh-CN': '请从文件末尾之前开始读取。',
    },
  },
  ASSET_TOO_LARGE: {
    status: 413,
    message: {
      en: '{reached} bytes of the asset {path} do not fit one answer; the limit is {limit}.',
      'zh-CN': '资源 {path} 的 {reached} 字节超过单次应答上限 {limit}。',
    },
    cure: {
      en: 'Read it in parts: ctx.assets(path, { offset, length }).',
      'zh-CN': '请分段读取：ctx.assets(path, { offset, length })。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
