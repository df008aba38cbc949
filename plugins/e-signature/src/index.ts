import { definePlugin } from '@signalbox/sdk'
import { signedDocuments } from './documents/signed-documents.ts'
import { hostKeys } from './documents/signing-keys.ts'
import { envelopesJobs, envelopesService } from './envelopes-service.ts'
import { selfTest } from './self-test.ts'

const documents = signedDocuments(hostKeys)

export default definePlugin({
  services: { 'signature.envelopes': envelopesService(documents, {}) },
  jobs: envelopesJobs(documents),
  selfTest,
})
