import { definePlugin } from '@signalbox/sdk'
import { selfTest } from './self-test.ts'
import { verificationService } from './verification/verification-service.ts'

export default definePlugin({
  services: { 'signature.verification': verificationService },
  selfTest,
})
