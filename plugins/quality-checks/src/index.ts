import { definePlugin } from '@signalbox/sdk'
import { inspectionService } from './inspection/inspection-service.ts'
import { lotEvents } from './lots/create-inspection.ts'
import { samplingService } from './sampling/sampling-service.ts'
import { samplingUdfs } from './sampling/sampling-udfs.ts'
import { selfTest } from './self-test.ts'
import { spcService } from './spc/spc-service.ts'
import { spcUdfs } from './spc/spc-udfs.ts'

export default definePlugin({
  services: {
    'quality.inspection': inspectionService,
    'quality.sampling': samplingService,
    'quality.spc': spcService,
  },
  udfs: { ...samplingUdfs, ...spcUdfs },
  on: { ...lotEvents },
  selfTest,
})
