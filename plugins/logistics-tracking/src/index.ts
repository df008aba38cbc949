import { definePlugin } from '@signalbox/sdk'
import { epcisService } from './epcis/epcis-service.ts'
import { selfTest } from './self-test.ts'
import { trace } from './trace/trace-operation.ts'
import { logisticsUdfs } from './udfs.ts'

export default definePlugin({
  services: {
    'logistics.epcis': epcisService({
      takeScans: () => Promise.resolve(),
      shipmentsOf: () => Promise.resolve(new Map()),
    }),
    'logistics.shipments': { trace },
  },
  udfs: logisticsUdfs,
  selfTest,
})
