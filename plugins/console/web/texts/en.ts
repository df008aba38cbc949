import common from './en/common.json' with { type: 'json' }
import contributed from './en/contributed.json' with { type: 'json' }
import home from './en/home.json' with { type: 'json' }
import plugins from './en/plugins.json' with { type: 'json' }
import rollouts from './en/rollouts.json' with { type: 'json' }

export const en = { common, contributed, home, plugins, rollouts }
