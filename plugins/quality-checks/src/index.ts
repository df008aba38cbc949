import { definePlugin } from '@signalbox/sdk'
import { samplingService } from './sampling/sampling-service.ts'
import { samplingUdfs } from './sampling/sampling-udfs.ts'
import { selfTest } from './self-test.ts'
import { spcService } from './spc/spc-service.ts'
import { spcUdfs } from './spc/spc-udfs.ts'

export default definePlugin({
  services: { 'quality.sampling': samplingService, 'quality.spc': spcService },
  udfs: { ...samplingUdfs, ...spcUdfs },
  selfTest,
})
