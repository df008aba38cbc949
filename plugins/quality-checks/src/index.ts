import { definePlugin } from '@signalbox/sdk'
import { certificateService } from './certificates/certificate-service.ts'
import {
  onLaboratoryDelivery,
  onLaboratoryResult,
  onLotKnown,
} from './laboratories/laboratory-service.ts'
import { tellOverdue } from './nonconformities/due-steps.ts'
import { nonconformityService } from './nonconformities/nonconformity-service.ts'
import { onLotRejected } from './nonconformities/on-quality-events.ts'
import { onInspectionDecided } from './quality-events.ts'
import { samplingService } from './sampling/sampling-service.ts'
import { samplingUdfs } from './sampling/sampling-udfs.ts'
import { selfTest } from './self-test.ts'
import { spcService } from './spc/spc-service.ts'
import { spcUdfs } from './spc/spc-udfs.ts'
import { keepScores, supplierService } from './suppliers/supplier-service.ts'

export default definePlugin({
  services: {
    'quality.sampling': samplingService,
    'quality.spc': spcService,
    'quality.nonconformity': nonconformityService,
    'quality.supplier': supplierService,
    'quality.certificate': certificateService,
  },
  udfs: { ...samplingUdfs, ...spcUdfs },
  on: {
    'laboratory.result.reported': onLaboratoryResult,
    'quality.inspection.created': ({ data }, ctx) => onLotKnown(data, ctx),
    'quality.lot.rejected': onLotRejected,
    'quality.inspection.decided': onInspectionDecided,
  },
  jobs: {
    'eight-d-overdue': (_, ctx) => tellOverdue(ctx),
    'eight-d-due': (_, ctx) => tellOverdue(ctx),
    'supplier-scores': (_, ctx) => keepScores(ctx),
  },
  webhooks: { laboratory: onLaboratoryDelivery },
  selfTest,
})
