import { defineErrors } from './coded-error.ts'

/** Every refusal of the SDK: what an author meets before anything reaches a host. */
export const sdkErrors = defineErrors('SDK', {
  MANIFEST_INVALID: {
    status: 422,
    message: {
      en: 'The manifest of {plugin} is not valid.',
      'zh-CN': '{plugin} 的清单无效。',
    },
    cure: {
      en: 'Correct the places named in errors[]; the manifest is the "signalbox" key of package.json.',
      'zh-CN': '请更正 errors[] 中列出的位置；清单是 package.json 中的 "signalbox" 键。',
    },
  },
  CONTRACT_INVALID: {
    status: 422,
    message: {
      en: 'The contract {contract} of {plugin} is not valid.',
      'zh-CN': '{plugin} 的契约 {contract} 无效。',
    },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
  PACK_FAILED: {
    status: 422,
    message: {
      en: 'The plugin in {folder} cannot be packed: {reason}',
      'zh-CN': '无法打包 {folder} 中的插件：{reason}',
    },
    cure: {
      en: 'Correct the named file and run "signalbox pack" again.',
      'zh-CN': '请更正所列文件后重新运行 "signalbox pack"。',
    },
  },
})
