import { definePlugin } from '@signalbox/sdk'
import { dataCheckUdfs } from './data-checks/data-check-udfs.ts'
import { dataChecksService } from './data-checks/data-checks-service.ts'
import { purgeDataRows } from './data-checks/datasets-operations.ts'
import { continueDataRun, onDatasetRefreshed } from './data-checks/runs-operations.ts'
import { inspectionService } from './inspection/inspection-service.ts'
import { lotEvents } from './lots/create-inspection.ts'
import { samplingService } from './sampling/sampling-service.ts'
import { samplingUdfs } from './sampling/sampling-udfs.ts'
import { selfTest } from './self-test.ts'
import { spcService } from './spc/spc-service.ts'
import { spcUdfs } from './spc/spc-udfs.ts'

export default definePlugin({
  services: {
    'quality.data': dataChecksService,
    'quality.inspection': inspectionService,
    'quality.sampling': samplingService,
    'quality.spc': spcService,
  },
  udfs: { ...dataCheckUdfs, ...samplingUdfs, ...spcUdfs },
  on: { ...lotEvents, 'datasets.dataset.refreshed': onDatasetRefreshed },
  jobs: { 'continue-data-run': continueDataRun, 'purge-data-rows': purgeDataRows },
  selfTest,
})
