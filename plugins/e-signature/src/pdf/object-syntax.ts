import { Refusal } from '@signalbox/sdk'
import {
  PdfArray,
  PdfBool,
  PdfDict,
  PdfName,
  PdfNull,
  PdfNumber,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
} from './libpdf.ts'
import { bytesSyntax, dictionarySyntax, nameSyntax, numberSyntax } from './syntax.ts'

/** Nested deeper than any real file: a file that does so means to exhaust its reader. */
const DEEPEST = 40

/** PDF syntax of an object, in ASCII, so that it is the same as text and as bytes (ISO 32000-2, 7.3). */
export function syntaxOf(object: PdfObject, depth = 0): string {
  if (depth > DEEPEST) throw new Refusal('PDF_UNREADABLE', 'The file nests its objects too deep.')
  if (object instanceof PdfRef) return `${object.objectNumber} ${object.generation} R`
  if (object instanceof PdfName) return nameSyntax(object.value)
  if (object instanceof PdfNumber) return numberSyntax(object.value)
  if (object instanceof PdfString) return bytesSyntax(object.bytes)
  if (object instanceof PdfBool) return object.value ? 'true' : 'false'
  if (object instanceof PdfNull) return 'null'
  if (object instanceof PdfArray) {
    return `[${[...object].map((item) => syntaxOf(item, depth + 1)).join(' ')}]`
  }
  if (object instanceof PdfStream || !(object instanceof PdfDict)) {
    throw new Refusal('PDF_UNREADABLE', 'The file has a stream where none can be.')
  }
  return dictionarySyntax(entriesOf(object, depth + 1))
}

/** The values of a dictionary in PDF syntax, by key. */
export function entriesOf(dictionary: PdfDict, depth = 0): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const [key, value] of dictionary) entries[key.value] = syntaxOf(value, depth + 1)
  return entries
}
