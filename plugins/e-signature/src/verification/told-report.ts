import { pathReasons } from '../certificates/path-reasons.ts'
import { changeWords } from './change-words.ts'
import { faultTexts } from './faults.ts'
import type { JudgedChange, PdfReport, SignatureReport } from './pdf-report.ts'
import { verdictOf, verdictWords } from './report-words.ts'

/** As many as the contract lets through; that there are more is told by a count. */
const mostChanges = 50

/** The report as callers get it. */
export function toldReport({ document, signatures }: PdfReport, sha256: string) {
  const { hidden, problem, ...rest } = document
  return {
    document: {
      ...rest,
      sha256,
      ...(hidden.length === 0 ? {} : { hiddenObjects: hidden.map(({ number }) => number) }),
      ...(problem === undefined ? {} : { problem }),
    },
    signatures: signatures.map(toldSignature),
  }
}

function toldSignature(report: SignatureReport) {
  const { changes, chainReasons, time, field, signer, faults, baseline, ...rest } = report
  // What is not allowed comes first, so that a flood of allowed changes hides nothing.
  const ordered = changes.toSorted((one, other) => Number(one.allowed) - Number(other.allowed))
  return {
    ...rest,
    field: field.slice(0, 200),
    signer: signer.slice(0, 500),
    changes: ordered.slice(0, mostChanges).map(changeLine),
    changeDetails: ordered.slice(0, mostChanges).map(toldChange),
    changeCount: changes.length,
    ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    faults,
    faultTexts: faults.map((fault) => faultTexts[fault]),
    baselineFaults: baseline.slice(0, 20),
    chainReasons: chainReasons.map(({ code, subject }) => ({
      code,
      subject: subject.slice(0, 300),
      text: pathReasons[code],
    })),
    verdict: verdictOf(report),
    text: verdictWords(report),
  }
}

/** One line that names object and place. */
function changeLine({ code, path, object, revision, allowed, field }: JudgedChange): string {
  const where = [path, object === 0 ? '' : `object ${object}`, `revision ${revision}`]
  const named = field === undefined || path.includes(field) ? '' : ` (${field})`
  const line = `${code}${named} ${where.filter((part) => part !== '').join(', ')}`
  return `${line}${allowed ? '' : ', not allowed'}`.slice(0, 300)
}

function toldChange({ code, path, object, revision, allowed, field }: JudgedChange) {
  return {
    code,
    allowed,
    revision,
    object,
    path: path.slice(0, 200),
    ...(field === undefined ? {} : { field: field.slice(0, 200) }),
    text: changeWords[code],
  }
}
