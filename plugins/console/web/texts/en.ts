import catalog from './en/catalog.json' with { type: 'json' }
import common from './en/common.json' with { type: 'json' }
import contributed from './en/contributed.json' with { type: 'json' }
import home from './en/home.json' with { type: 'json' }
import marketplace from './en/marketplace.json' with { type: 'json' }
import plugins from './en/plugins.json' with { type: 'json' }
import rollouts from './en/rollouts.json' with { type: 'json' }

export const en = { catalog, common, contributed, home, marketplace, plugins, rollouts }
