import { defineErrors } from './coded-error.ts'

/** Every refusal of the SDK: what an author meets before anything reaches a host. */
export const sdkErrors = defineErrors('SDK', {
  PACKAGE_INVALID: {
    status: 422,
    message: {
      en: 'The package.json in {folder} is not one of a plugin.',
      'zh-CN': '{folder} 中的 package.json 不是有效的插件包。',
    },
    cure: {
      en: 'Correct the places named in errors[].',
      'zh-CN': '请更正 errors[] 中列出的位置。',
    },
  },
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
  CONTRACT_BREAKING: {
    status: 422,
    message: {
      en: '{plugin} breaks what {previous} promised within the same major of a data service.',
      'zh-CN': '{plugin} 在数据服务的同一主版本内破坏了 {previous} 的承诺。',
    },
    cure: {
      en: 'Take back the changes named in errors[], or raise "major" in the contract.',
      'zh-CN': '请撤回 errors[] 中列出的更改，或提高契约中的 "major"。',
    },
  },
  FILES_INVALID: {
    status: 422,
    message: {
      en: 'Files that the manifest of {plugin} names are missing or cannot be used.',
      'zh-CN': '{plugin} 的清单所列文件缺失或无法使用。',
    },
    cure: {
      en: 'Add or correct the files named in errors[], or take them out of the manifest.',
      'zh-CN': '请补充或更正 errors[] 中列出的文件，或从清单中移除它们。',
    },
  },
  BUNDLE_FAILED: {
    status: 422,
    message: {
      en: 'The sources of {plugin} cannot be bundled into one file.',
      'zh-CN': '无法将 {plugin} 的源代码打包为单个文件。',
    },
    cure: {
      en: 'Correct the places named in errors[]; in the tier sandbox a bundle may use ECMAScript and its ctx, nothing of Node; in the tier trusted also the modules of Node itself.',
      'zh-CN':
        '请更正 errors[] 中列出的位置；sandbox 层级的插件包只能使用 ECMAScript 和 ctx，不能使用 Node 的功能；trusted 层级还可使用 Node 自带的模块。',
    },
  },
  BUNDLE_TOO_LARGE: {
    status: 422,
    message: {
      en: 'The bundle of {plugin} has {bytes} bytes; {maxBytes} are allowed.',
      'zh-CN': '{plugin} 的插件包为 {bytes} 字节，上限为 {maxBytes} 字节。',
    },
    cure: {
      en: 'Leave out what the plugin does not need; errors[] lists the largest inputs.',
      'zh-CN': '请去掉插件不需要的内容；errors[] 列出了最大的输入文件。',
    },
  },
  BUNDLE_UNLIKE_MANIFEST: {
    status: 422,
    message: {
      en: 'The bundle of {plugin} does not do what its manifest promises.',
      'zh-CN': '{plugin} 的插件包与其清单不一致。',
    },
    cure: {
      en: 'Make the default export of src/index.ts hold what errors[] names, by definePlugin.',
      'zh-CN': '请用 definePlugin 让 src/index.ts 的默认导出包含 errors[] 中列出的内容。',
    },
  },
  TEST_CALL_UNSUPPORTED: {
    status: 501,
    message: {
      en: 'The host of tests has no {call}.',
      'zh-CN': '测试主机不支持 {call}。',
    },
    cure: {
      en: 'Try it with signalbox dev, which runs the real host.',
      'zh-CN': '请使用运行真实主机的 signalbox dev 试用。',
    },
  },
  TEST_HOST_INCOMPLETE: {
    status: 422,
    message: {
      en: 'The test host of {plugin} lacks {what}.',
      'zh-CN': '{plugin} 的测试主机缺少 {what}。',
    },
    cure: {
      en: 'Give it to createTestHost: {option}.',
      'zh-CN': '请在 createTestHost 中提供：{option}。',
    },
  },
})
