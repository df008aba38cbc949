import { gaugeOperations } from '../gauges/gauge-operations.ts'
import { createInspection } from '../lots/create-inspection.ts'
import { lotStatus } from '../lots/lot-status.ts'
import { orderRisk } from '../lots/order-risk.ts'
import { reinspect } from '../lots/reinspect.ts'
import { cancelInspection } from './cancel-inspection.ts'
import { decide } from './decide.ts'
import { inspection } from './inspection-view.ts'
import { photoOperations } from './photos.ts'
import { planOperations } from './plan-operations.ts'
import { record } from './record.ts'
import { severityOperations } from './severity-operations.ts'
import { worklist } from './worklist.ts'

export const inspectionService = {
  ...planOperations,
  createInspection,
  reinspect,
  record,
  decide,
  cancelInspection,
  inspection,
  worklist,
  lotStatus,
  orderRisk,
  ...photoOperations,
  ...severityOperations,
  ...gaugeOperations,
}
