import { definePlugin } from '@signalbox/sdk'
import { selfTest } from './self-test.ts'
import { spcService } from './spc/spc-service.ts'
import { spcUdfs } from './spc/spc-udfs.ts'

export default definePlugin({
  services: { 'quality.spc': spcService },
  udfs: { ...spcUdfs },
  selfTest,
})
