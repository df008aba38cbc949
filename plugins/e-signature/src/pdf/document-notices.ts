import type { DocumentNotice } from '../signing/signing-plan.ts'
import { PdfDict, PdfName } from './libpdf.ts'
import type { OpenDocument } from './open-document.ts'

/** What is seen of it in the catalog and at the pages: nothing is refused for it, and nothing is hidden. */
export function noticesOf(
  { catalog, pages, resolve }: OpenDocument,
  isSigned: boolean,
  isMended: boolean,
): DocumentNotice[] {
  const names = resolve(catalog.get('Names'))
  const named = (key: string) => names instanceof PdfDict && names.has(key)
  const opening = resolve(catalog.get('OpenAction'))
  const kind = opening instanceof PdfDict ? resolve(opening.get('S')) : undefined
  const opens = kind instanceof PdfName && kind.value !== 'GoTo'
  const reacts = catalog.has('AA') || pages.some(({ dictionary }) => dictionary.has('AA'))
  return [
    ...(opens || reacts || named('JavaScript') ? (['scripts'] as const) : []),
    ...(catalog.has('OCProperties') ? (['layers'] as const) : []),
    ...(named('EmbeddedFiles') || catalog.has('AF') ? (['attachments'] as const) : []),
    ...(isSigned ? (['signatures'] as const) : []),
    ...(isMended ? (['mended'] as const) : []),
  ]
}
