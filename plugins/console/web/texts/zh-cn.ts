import type { Texts } from './languages.ts'
import common from './zh-CN/common.json' with { type: 'json' }
import contributed from './zh-CN/contributed.json' with { type: 'json' }
import home from './zh-CN/home.json' with { type: 'json' }
import plugins from './zh-CN/plugins.json' with { type: 'json' }
import rollouts from './zh-CN/rollouts.json' with { type: 'json' }

export const zhCn: Texts = { common, contributed, home, plugins, rollouts }
