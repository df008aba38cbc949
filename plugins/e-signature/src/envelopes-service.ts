import type { Context } from '@signalbox/sdk'
import { bulkJobs, bulkOperations } from './bulk/bulk-service.ts'
import { contractOperations, tellExpiring } from './contracts/contract-service.ts'
import type { DocumentPort } from './documents/document-port.ts'
import { uploadDocument } from './documents/upload-document.ts'
import { envelopeJobs } from './envelopes/envelope-jobs.ts'
import { envelopeOperations } from './envelopes/envelope-service.ts'
import { evidenceOperations } from './evidence/evidence-service.ts'
import { longTermOperations } from './long-term/long-term-service.ts'
import { proofJobs } from './long-term/proof-jobs.ts'
import { policyOperations } from './policies/policy-service.ts'
import { enrolledProofs, proofOperations } from './proofs/proof-service.ts'
import { signerOperations } from './recipients/signer-service.ts'
import { sealOperations } from './seals/seal-service.ts'
import { templateOperations } from './templates/template-service.ts'

/** The service `signature.envelopes` over whatever makes PDFs and signatures. */
export function envelopesService(port: DocumentPort) {
  return {
    uploadDocument: uploadDocument(port),
    ...policyOperations,
    ...templateOperations,
    ...envelopeOperations(port),
    ...signerOperations(port, enrolledProofs),
    ...proofOperations,
    ...sealOperations(port),
    ...evidenceOperations,
    ...contractOperations,
    ...bulkOperations,
    ...longTermOperations,
  }
}

export function envelopesJobs(port: DocumentPort) {
  return {
    ...envelopeJobs(port),
    ...proofJobs(port),
    ...bulkJobs(port),
    'contract-expiry': (_: unknown, ctx: Context) => tellExpiring(ctx),
  }
}
