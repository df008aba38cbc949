import { definePlugin } from '@signalbox/sdk'
import { demandEvents } from './demand/demand-events.ts'
import { shipmentEvents } from './demand/shipment-events.ts'
import { forecast } from './forecast/forecast.ts'
import { reconcile } from './hierarchy/reconcile.ts'
import { policyService } from './inventory/policy-service.ts'
import { policyUdfs } from './inventory/policy-udfs.ts'
import { reorder } from './inventory/reorder.ts'
import { planningService } from './planning/planning-service.ts'
import { advance } from './runs/advance.ts'
import { nightly } from './runs/runs.ts'
import { selfTest } from './self-test.ts'
import { forecastUdfs } from './udfs/forecast-udfs.ts'

export default definePlugin({
  services: {
    'inventory.forecast': { forecast, reorder, reconcile },
    'inventory.policy': policyService,
    'inventory.planning': planningService,
  },
  udfs: { ...forecastUdfs, ...policyUdfs },
  on: { ...demandEvents, ...shipmentEvents },
  jobs: { nightly, advance },
  selfTest,
})
