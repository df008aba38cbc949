import { defineRules } from './rule.ts'

/** What a registry sees of a package beside the others it has. */
export const registryRules = defineRules({
  'semver/not-greater': {
    severity: 'error',
    message: {
      en: 'Version {version} is not greater than {latest}, the latest of its line.',
      'zh-CN': '版本 {version} 不高于同一版本线中最新的 {latest}。',
    },
    cure: {
      en: 'Raise the version in package.json: "npm version patch", "minor" or "major".',
      'zh-CN': '请提高 package.json 中的版本号："npm version patch"、"minor" 或 "major"。',
    },
  },
  'semver/older-line': {
    severity: 'warning',
    message: {
      en: 'Version {version} mends an older line: {latest} of the same major is out.',
      'zh-CN': '版本 {version} 属于较旧的版本线：同一主版本已发布 {latest}。',
    },
    cure: {
      en: 'If that is meant, keep "latest" where it is: npm publish --tag <name of the line>. Else raise the version.',
      'zh-CN':
        '若确有此意，请保持 "latest" 不变：npm publish --tag <版本线名称>；否则请提高版本号。',
    },
  },
  'requires/cycle': {
    severity: 'error',
    message: {
      en: 'The plugin requires itself: {cycle}. None of them could ever be installed first.',
      'zh-CN': '插件间接依赖自身：{cycle}。其中任何一个都无法先安装。',
    },
    cure: {
      en: 'Take one of the arrows out: call the other by a data service ("service:call", "optional": true) instead of requiring it.',
      'zh-CN':
        '请去掉其中一个依赖：改用数据服务调用（"service:call"，"optional": true），而不是 requires。',
    },
  },
  'requires/unknown': {
    severity: 'warning',
    message: {
      en: 'It requires {required}, which is not in this marketplace.',
      'zh-CN': '所依赖的 {required} 不在此市场中。',
    },
    cure: {
      en: 'Check the name, or publish that one too: a host installs a plugin when all it requires is there.',
      'zh-CN': '请检查名称，或同时发布该插件：主机要求依赖齐备才会安装。',
    },
  },
  'name/confusable': {
    severity: 'error',
    message: {
      en: 'The name cannot be told from {other}, a plugin of another publisher.',
      'zh-CN': '该名称与其他发布者的插件 {other} 难以区分。',
    },
    cure: {
      en: 'Choose a name that reads differently; if the other name is yours as well, ask the operator to publish this one.',
      'zh-CN': '请选择读起来明显不同的名称；若另一名称也属于您，请由运维人员发布。',
    },
  },
  'name/similar': {
    severity: 'warning',
    message: {
      en: 'The name is close to {other}, a plugin of another publisher.',
      'zh-CN': '该名称与其他发布者的插件 {other} 相近。',
    },
    cure: {
      en: 'Make sure that nobody installs one and means the other; a reviewer looks at it.',
      'zh-CN': '请确认不会有人误装；审核者会查看。',
    },
  },
})
