import { definePlugin } from '@signalbox/sdk'
import { forecast } from './forecast/forecast.ts'
import { reconcile } from './hierarchy/reconcile.ts'
import { policyService } from './inventory/policy-service.ts'
import { policyUdfs } from './inventory/policy-udfs.ts'
import { reorder } from './inventory/reorder.ts'
import { selfTest } from './self-test.ts'
import { forecastUdfs } from './udfs/forecast-udfs.ts'

export default definePlugin({
  services: {
    'inventory.forecast': { forecast, reorder, reconcile },
    'inventory.policy': policyService,
  },
  udfs: { ...forecastUdfs, ...policyUdfs },
  selfTest,
})
