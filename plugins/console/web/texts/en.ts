import apps from './en/apps.json' with { type: 'json' }
import common from './en/common.json' with { type: 'json' }
import deadLetters from './en/dead-letters.json' with { type: 'json' }
import home from './en/home.json' with { type: 'json' }
import hooks from './en/hooks.json' with { type: 'json' }
import plugins from './en/plugins.json' with { type: 'json' }
import rollouts from './en/rollouts.json' with { type: 'json' }
import services from './en/services.json' with { type: 'json' }
import statements from './en/statements.json' with { type: 'json' }
import subscriptions from './en/subscriptions.json' with { type: 'json' }
import webhooks from './en/webhooks.json' with { type: 'json' }

export const en = {
  apps,
  common,
  'dead-letters': deadLetters,
  home,
  hooks,
  plugins,
  rollouts,
  services,
  statements,
  subscriptions,
  webhooks,
}
