import { definePlugin } from '@signalbox/sdk'
import { samplingService } from './sampling/sampling-service.ts'
import { samplingUdfs } from './sampling/sampling-udfs.ts'
import { selfTest } from './self-test.ts'

export default definePlugin({
  services: { 'quality.sampling': samplingService },
  udfs: { ...samplingUdfs },
  selfTest,
})
