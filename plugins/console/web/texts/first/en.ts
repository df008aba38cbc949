import common from '../en/common.json' with { type: 'json' }
import home from '../en/home.json' with { type: 'json' }

export const first = { common, home }
