import type { Texts } from './languages.ts'
import approvals from './zh-CN/approvals.json' with { type: 'json' }
import apps from './zh-CN/apps.json' with { type: 'json' }
import audit from './zh-CN/audit.json' with { type: 'json' }
import catalog from './zh-CN/catalog.json' with { type: 'json' }
import common from './zh-CN/common.json' with { type: 'json' }
import config from './zh-CN/config.json' with { type: 'json' }
import contributed from './zh-CN/contributed.json' with { type: 'json' }
import deadLetters from './zh-CN/dead-letters.json' with { type: 'json' }
import freezes from './zh-CN/freezes.json' with { type: 'json' }
import home from './zh-CN/home.json' with { type: 'json' }
import hooks from './zh-CN/hooks.json' with { type: 'json' }
import identity from './zh-CN/identity.json' with { type: 'json' }
import invocations from './zh-CN/invocations.json' with { type: 'json' }
import marketplace from './zh-CN/marketplace.json' with { type: 'json' }
import plugins from './zh-CN/plugins.json' with { type: 'json' }
import rollouts from './zh-CN/rollouts.json' with { type: 'json' }
import services from './zh-CN/services.json' with { type: 'json' }
import statements from './zh-CN/statements.json' with { type: 'json' }
import subscriptions from './zh-CN/subscriptions.json' with { type: 'json' }
import webhooks from './zh-CN/webhooks.json' with { type: 'json' }

export const zhCn: Texts = {
  approvals,
  apps,
  audit,
  catalog,
  common,
  config,
  contributed,
  'dead-letters': deadLetters,
  freezes,
  home,
  hooks,
  identity,
  invocations,
  marketplace,
  plugins,
  rollouts,
  services,
  statements,
  subscriptions,
  webhooks,
}
