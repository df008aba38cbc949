import { definePlugin } from '@signalbox/sdk'
import { certificateService } from './certificates/certificate-service.ts'
import { dataCheckUdfs } from './data-checks/data-check-udfs.ts'
import { dataChecksService } from './data-checks/data-checks-service.ts'
import { purgeDataRows } from './data-checks/datasets-operations.ts'
import { pruneDataChecks } from './data-checks/retention.ts'
import { continueDataRun, onDatasetRefreshed } from './data-checks/runs-operations.ts'
import { inspectionService } from './inspection/inspection-service.ts'
import {
  onLaboratoryDelivery,
  onLaboratoryResult,
  onLotKnown,
} from './laboratories/laboratory-service.ts'
import { lotEvents } from './lots/create-inspection.ts'
import { continueHold } from './lots/hold-lot.ts'
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
    'quality.certificate': certificateService,
    'quality.data': dataChecksService,
    'quality.inspection': inspectionService,
    'quality.nonconformity': nonconformityService,
    'quality.sampling': samplingService,
    'quality.spc': spcService,
    'quality.supplier': supplierService,
  },
  udfs: { ...dataCheckUdfs, ...samplingUdfs, ...spcUdfs },
  on: {
    ...lotEvents,
    'datasets.dataset.refreshed': onDatasetRefreshed,
    'laboratory.result.reported': onLaboratoryResult,
    'quality.inspection.created': ({ data }, ctx) => onLotKnown(data, ctx),
    'quality.inspection.decided': onInspectionDecided,
    'quality.lot.rejected': onLotRejected,
  },
  jobs: {
    'continue-data-run': continueDataRun,
    'eight-d-due': (_, ctx) => tellOverdue(ctx),
    'eight-d-overdue': (_, ctx) => tellOverdue(ctx),
    'hold-lot': continueHold,
    'prune-data-checks': (_, ctx) => pruneDataChecks(ctx),
    'purge-data-rows': purgeDataRows,
    'supplier-scores': keepScores,
  },
  webhooks: { laboratory: onLaboratoryDelivery },
  selfTest,
})
