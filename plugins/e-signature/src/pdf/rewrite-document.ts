import { Refusal } from '@signalbox/sdk'
import { Increment, type IncrementBase } from '../signing/increment.ts'
import { joined, latin1 } from './bytes.ts'
import { type PDF, PdfArray, PdfDict, type PdfObject, PdfRef, PdfStream } from './libpdf.ts'
import { entriesOf, syntaxOf } from './object-syntax.ts'
import { dictionarySyntax } from './syntax.ts'

/** More than a contract of a thousand pages has. */
const MOST_OBJECTS = 200_000

/**
 * A file whose cross-references are lost, written anew: what its catalog leads to, streams byte for byte, with a table of
 * its own. LibPDF's own way of saving keeps entries of the lost sections.
 */
export function rewriteDocument(pdf: PDF, base: IncrementBase): Uint8Array {
  const header = latin1(
    `%PDF-${/^\d\.\d$/.test(pdf.version) ? pdf.version : '1.7'}\n%\u00e2\u00e3\u00cf\u00d3`,
  )
  const whole: IncrementBase = { ...base, size: header.length, startxref: null, xref: 'table' }
  const increment = new Increment(whole)
  const { trailer } = pdf.context.info
  const waiting = [trailer.get('Root'), trailer.get('Info')].filter((each) => each !== undefined)
  const seen = new Set<number>()
  while (waiting.length > 0) {
    const at = waiting.pop() as PdfObject
    if (!(at instanceof PdfRef)) {
      waiting.push(...childrenOf(at))
      continue
    }
    if (seen.has(at.objectNumber)) continue
    seen.add(at.objectNumber)
    if (seen.size > MOST_OBJECTS)
      throw new Refusal('PDF_TOO_LARGE', 'The file has too many objects.')
    const object = pdf.getObject(at)
    if (object === null) continue
    write(increment, at, object)
    waiting.push(...childrenOf(object))
  }
  return joined([header, increment.finish().bytes])
}

function write(
  increment: Increment,
  { objectNumber, generation }: PdfRef,
  object: PdfObject,
): void {
  if (!(object instanceof PdfStream)) {
    increment.put(objectNumber, generation, syntaxOf(object))
    return
  }
  const { data } = object
  const entries = { ...entriesOf(object), Length: String(data.length) }
  increment.begin(objectNumber, generation)
  increment.write(`${dictionarySyntax(entries)}\nstream\n`)
  increment.writeBytes(data)
  increment.write('\nendstream\nendobj\n')
}

function childrenOf(object: PdfObject): PdfObject[] {
  if (object instanceof PdfArray) return [...object].filter(leads)
  return object instanceof PdfDict ? [...object].map(([, value]) => value).filter(leads) : []
}

function leads(object: PdfObject): boolean {
  return object instanceof PdfRef || object instanceof PdfArray || object instanceof PdfDict
}
