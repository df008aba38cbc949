import adminTokens from './en/admin-tokens.json' with { type: 'json' }
import approvals from './en/approvals.json' with { type: 'json' }
import apps from './en/apps.json' with { type: 'json' }
import audit from './en/audit.json' with { type: 'json' }
import catalog from './en/catalog.json' with { type: 'json' }
import cohorts from './en/cohorts.json' with { type: 'json' }
import common from './en/common.json' with { type: 'json' }
import config from './en/config.json' with { type: 'json' }
import contributed from './en/contributed.json' with { type: 'json' }
import deadLetters from './en/dead-letters.json' with { type: 'json' }
import firstRollout from './en/first-rollout.json' with { type: 'json' }
import freezes from './en/freezes.json' with { type: 'json' }
import home from './en/home.json' with { type: 'json' }
import hooks from './en/hooks.json' with { type: 'json' }
import identity from './en/identity.json' with { type: 'json' }
import invocations from './en/invocations.json' with { type: 'json' }
import logs from './en/logs.json' with { type: 'json' }
import marketplace from './en/marketplace.json' with { type: 'json' }
import offers from './en/offers.json' with { type: 'json' }
import plugins from './en/plugins.json' with { type: 'json' }
import publishers from './en/publishers.json' with { type: 'json' }
import removal from './en/removal.json' with { type: 'json' }
import rollouts from './en/rollouts.json' with { type: 'json' }
import sampling from './en/sampling.json' with { type: 'json' }
import services from './en/services.json' with { type: 'json' }
import sso from './en/sso.json' with { type: 'json' }
import statements from './en/statements.json' with { type: 'json' }
import subscriptions from './en/subscriptions.json' with { type: 'json' }
import tenants from './en/tenants.json' with { type: 'json' }
import updates from './en/updates.json' with { type: 'json' }
import webhooks from './en/webhooks.json' with { type: 'json' }

export const en = {
  'admin-tokens': adminTokens,
  approvals,
  apps,
  audit,
  catalog,
  cohorts,
  common,
  config,
  contributed,
  'dead-letters': deadLetters,
  'first-rollout': firstRollout,
  freezes,
  home,
  hooks,
  identity,
  invocations,
  logs,
  marketplace,
  offers,
  plugins,
  publishers,
  removal,
  rollouts,
  sampling,
  services,
  sso,
  statements,
  subscriptions,
  updates,
  tenants,
  webhooks,
}
