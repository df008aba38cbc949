import { definePlugin } from '@signalbox/sdk'
import { dataCheckUdfs } from './data-checks/data-check-udfs.ts'
import { dataChecksService } from './data-checks/data-checks-service.ts'
import { purgeDataRows } from './data-checks/datasets-operations.ts'
import { continueDataRun, onDatasetRefreshed } from './data-checks/runs-operations.ts'
import { selfTest } from './self-test.ts'

export default definePlugin({
  services: { 'quality.data': dataChecksService },
  udfs: { ...dataCheckUdfs },
  on: { 'datasets.dataset.refreshed': onDatasetRefreshed },
  jobs: { 'continue-data-run': continueDataRun, 'purge-data-rows': purgeDataRows },
  selfTest,
})
