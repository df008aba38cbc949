import type { Texts } from './languages.ts'
import catalog from './zh-CN/catalog.json' with { type: 'json' }
import common from './zh-CN/common.json' with { type: 'json' }
import contributed from './zh-CN/contributed.json' with { type: 'json' }
import home from './zh-CN/home.json' with { type: 'json' }
import marketplace from './zh-CN/marketplace.json' with { type: 'json' }
import plugins from './zh-CN/plugins.json' with { type: 'json' }
import rollouts from './zh-CN/rollouts.json' with { type: 'json' }

export const zhCn: Texts = { catalog, common, contributed, home, marketplace, plugins, rollouts }
