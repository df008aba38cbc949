import { defineRules } from './rule.ts'

/** What keeps a folder from becoming a package: only `signalbox check` of a folder can find it. */
export const packRules = defineRules({
  'pack/bundle': {
    severity: 'error',
    message: {
      en: 'The sources cannot be bundled, or the bundle is not what the manifest promises: {detail}.',
      'zh-CN': '源代码无法打包，或插件包与清单不符：{detail}。',
    },
    cure: {
      en: 'Correct the source; sdk/docs/guest-world.md tells what a guest has.',
      'zh-CN': '请更正源代码；sdk/docs/guest-world.md 说明了插件可用的内容。',
    },
  },
  'pack/prepack': {
    severity: 'error',
    message: {
      en: 'The "prepack" script fails, and "npm publish" with it: {output}.',
      'zh-CN': '"prepack" 脚本失败，"npm publish" 也会失败：{output}。',
    },
    cure: {
      en: 'Run "npm run prepack" and correct what it says; it is mostly "signalbox pack".',
      'zh-CN': '请运行 "npm run prepack" 并更正其提示；通常应为 "signalbox pack"。',
    },
  },
})
