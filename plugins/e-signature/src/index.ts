import { definePlugin } from '@signalbox/sdk'
import { signedDocuments } from './documents/signed-documents.ts'
import { hostKeys } from './documents/signing-keys.ts'
import { envelopesJobs, envelopesService } from './envelopes-service.ts'
import { selfTest } from './self-test.ts'
import { signatureUdfs } from './udfs/signature-udfs.ts'
import { verificationService } from './verification/verification-service.ts'

const documents = signedDocuments(hostKeys)

export default definePlugin({
  services: {
    'signature.envelopes': envelopesService(documents),
    'signature.verification': verificationService,
  },
  jobs: envelopesJobs(documents),
  udfs: signatureUdfs,
  selfTest,
})
