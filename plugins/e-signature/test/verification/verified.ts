import type { Certificate } from '../../src/certificates/certificate.ts'
import type { PdfReport, SignatureReport } from '../../src/verification/pdf-report.ts'
import { verifyPdf } from '../../src/verification/verify-pdf.ts'

/** A day in the life of all certificates of the tests. */
const day = Date.now() + 86_400_000

export function verified(
  bytes: Uint8Array,
  anchors: readonly Certificate[] = [],
  now = day,
): PdfReport {
  const steps = verifyPdf({ bytes: Uint8Array.from(bytes), anchors, now })
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** Whether anybody who reads the report sees that something is not as it should be. */
export function isNoticed(report: PdfReport, signatures: number): boolean {
  return (
    report.document.problem !== undefined ||
    report.signatures.length < signatures ||
    report.signatures.some(
      (one) =>
        !one.intact ||
        one.changesAfter === 'suspicious' ||
        one.faults.length > 0 ||
        one.chain !== 'trusted',
    )
  )
}

export function suspicions({ changes }: SignatureReport): string[] {
  return changes.filter(({ allowed }) => !allowed).map(({ code }) => code)
}
