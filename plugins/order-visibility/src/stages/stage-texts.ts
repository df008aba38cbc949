import type { BothTexts } from '../facts/fact-data.ts'
import type { Stage } from './stages.ts'

export const stageTexts: Readonly<Record<Stage, BothTexts>> = {
  entered: { en: 'Entered', 'zh-CN': '已录入' },
  signing: { en: 'Signing', 'zh-CN': '签约中' },
  released: { en: 'Released', 'zh-CN': '已下达' },
  sourcing: { en: 'Sourcing', 'zh-CN': '采购中' },
  'in-production': { en: 'In production', 'zh-CN': '生产中' },
  inspecting: { en: 'Inspecting', 'zh-CN': '检验中' },
  ready: { en: 'Ready', 'zh-CN': '待发货' },
  shipped: { en: 'Shipped', 'zh-CN': '已发货' },
  delivered: { en: 'Delivered', 'zh-CN': '已送达' },
  invoiced: { en: 'Invoiced', 'zh-CN': '已开票' },
  paid: { en: 'Paid', 'zh-CN': '已收款' },
  completed: { en: 'Completed', 'zh-CN': '已完成' },
  cancelled: { en: 'Cancelled', 'zh-CN': '已取消' },
}
