import { Refusal } from '@signalbox/sdk'
import { textOfLatin1 } from './bytes.ts'
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfString } from './libpdf.ts'
import type { OpenDocument } from './open-document.ts'

/** More fields than any form has. */
const MOST_FIELDS = 20_000

export interface ExistingField {
  /** The whole name, with those of its parents. */
  readonly name: string
  readonly dictionary: PdfDict
  readonly ref: PdfRef | undefined
  /** Of the field or of a parent: `Sig`, `Tx`, … */
  readonly type: string | undefined
  readonly hasValue: boolean
}

/** The fields at the ends of the form's tree (ISO 32000-2, 12.7.4). */
export function existingFields(document: OpenDocument, form: PdfDict | undefined): ExistingField[] {
  const { resolve } = document
  const found: ExistingField[] = []
  const seen = new Set<PdfDict>()
  const walk = (object: PdfObject, parent: string, kind: string | undefined) => {
    const dictionary = resolve(object)
    if (!(dictionary instanceof PdfDict) || seen.has(dictionary)) return
    seen.add(dictionary)
    if (seen.size > MOST_FIELDS) {
      throw new Refusal('PDF_TOO_LARGE', `The form has more than ${MOST_FIELDS} fields.`)
    }
    const name = nameOf(dictionary, parent, resolve)
    const own = resolve(dictionary.get('FT'))
    const type = own instanceof PdfName ? own.value : kind
    const kids = resolve(dictionary.get('Kids'))
    const fields = itemsOf(kids).filter((kid) => isField(resolve(kid)))
    for (const kid of fields) walk(kid, name, type)
    if (fields.length > 0) return
    const value = resolve(dictionary.get('V'))
    const hasValue = value !== undefined && value.type !== 'null'
    const ref = object instanceof PdfRef ? object : undefined
    found.push({ name, dictionary, ref, type, hasValue })
  }
  for (const field of itemsOf(resolve(form?.get('Fields')))) walk(field, '', undefined)
  return found
}

function itemsOf(object: PdfObject | undefined): PdfObject[] {
  return object instanceof PdfArray ? [...object] : []
}

function nameOf(field: PdfDict, parent: string, resolve: OpenDocument['resolve']): string {
  const own = resolve(field.get('T'))
  const part = own instanceof PdfString ? textOf(own.bytes) : ''
  return [parent, part].filter((each) => each !== '').join('.')
}

/** A kid with a name is a field, one without is a widget. */
function isField(object: PdfObject | undefined): boolean {
  return object instanceof PdfDict && object.has('T')
}

/** UTF-16BE with its mark, else as one byte a character. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return textOfLatin1(bytes)
  let text = ''
  for (let at = 2; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(((bytes[at] as number) << 8) | (bytes[at + 1] as number))
  }
  return text
}
