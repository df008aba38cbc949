import { definePlugin } from '@signalbox/sdk'
import { forecast } from './forecast/forecast.ts'
import { policyService } from './inventory/policy-service.ts'
import { policyUdfs } from './inventory/policy-udfs.ts'
import { reorder } from './inventory/reorder.ts'
import { selfTest } from './self-test.ts'

export default definePlugin({
  services: { 'inventory.forecast': { forecast, reorder }, 'inventory.policy': policyService },
  udfs: { ...policyUdfs },
  selfTest,
})
