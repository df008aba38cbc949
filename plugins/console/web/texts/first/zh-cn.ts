import common from '../zh-CN/common.json' with { type: 'json' }
import home from '../zh-CN/home.json' with { type: 'json' }

export const first = { common, home }
