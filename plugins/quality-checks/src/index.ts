import { definePlugin } from '@signalbox/sdk'
import { tellOverdue } from './nonconformities/due-steps.ts'
import { nonconformityService } from './nonconformities/nonconformity-service.ts'
import { onLotRejected } from './nonconformities/on-quality-events.ts'
import { onInspectionDecided } from './quality-events.ts'
import { keepScores, supplierService } from './suppliers/supplier-service.ts'

export default definePlugin({
  services: {
    'quality.nonconformity': nonconformityService,
    'quality.supplier': supplierService,
  },
  on: {
    'quality.lot.rejected': onLotRejected,
    'quality.inspection.decided': onInspectionDecided,
  },
  jobs: {
    'eight-d-overdue': (_, ctx) => tellOverdue(ctx),
    'eight-d-due': (_, ctx) => tellOverdue(ctx),
    'supplier-scores': (_, ctx) => keepScores(ctx),
  },
  selfTest: () => undefined,
})
