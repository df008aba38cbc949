import { Refusal } from '@signalbox/sdk'
import { Increment } from '../signing/increment.ts'
import type {
  DocumentField,
  PlanDictionary,
  PlanField,
  PreparationRequest,
  PreparedDocument,
} from '../signing/signing-plan.ts'
import { drawCheckbox, drawText, shownValue } from './appearance/field-value.ts'
import { joined } from './bytes.ts'
import { noticesOf } from './document-notices.ts'
import { type ExistingField, existingFields } from './existing-form.ts'
import { placeOf } from './field-places.ts'
import { embedFont } from './font/embed-font.ts'
import { embedImage } from './images/embed-image.ts'
import { PdfArray, PdfBool, PdfDict, type PdfObject, PdfRef } from './libpdf.ts'
import { entriesOf, syntaxOf } from './object-syntax.ts'
import { type OpenDocument, openDocument } from './open-document.ts'
import { PageChanges } from './page-changes.ts'
import { dictionarySyntax } from './syntax.ts'
import { type FieldWriting, writeField } from './write-fields.ts'

/** What stamps may show besides what is told: the characters go into the file's font. */
const ALWAYS = ` !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefghijklmnopqrstuvwxyz{|}~
，。：；、（）·签署名人者盖章时间日期年月地点理由原因组织机构证书编号序列算法用印经办法定代表同意确认批准已由`
const AMOUNTS = '零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负'

const FONT_SIZE = 10.5
/** SignaturesExist and AppendOnly (ISO 32000-2, table 225): from the first on, all is appended. */
const SIGNATURE_FLAGS = '3'

/**
 * The revision that all sign: values written, every field that is filled later there with its appearance, so that a
 * signature has but to fill its own field. The given bytes stay as they are, the changes are appended.
 * @throws PDF_UNREADABLE, PDF_ENCRYPTED, PDF_EMPTY, PDF_XFA, PDF_TOO_LARGE, PDF_CERTIFIED, PDF_SIGNED,
 * PDF_NAME_UNREADABLE, PDF_FORM_UNDRAWN, FIELD_OUTSIDE, FIELD_NAME_TAKEN, ANCHOR_MISSING, STRADDLE_NEEDS_PAGES, SEAL_MISSING,
 * VALUE_UNFIT, VALUE_TOO_LONG, GLYPH_MISSING, FONT_UNUSABLE, IMAGE_UNUSABLE
 */
export async function prepareDocument(
  file: Uint8Array,
  request: PreparationRequest,
): Promise<PreparedDocument> {
  const document = await openDocument(file, request.pause)
  const form = document.resolve(document.catalog.get('AcroForm'))
  const known = existingFields(document, form instanceof PdfDict ? form : undefined)
  const signed = known.filter(({ type, hasValue }) => type === 'Sig' && hasValue)
  requireUncertified(document)
  requireDrawn(document, form, known)
  const increment = new Increment(document.base)
  const changes = new PageChanges(document)
  const font = embedFont(increment, request.font, textsOf(request))
  const seals = request.seals.map(({ name, image }) => embedImage(increment, name, image))
  const writing: FieldWriting = { document, increment, changes, font, seals, known }
  const fields: PlanField[] = []
  for (const field of request.fields) {
    requireFreeName(field, known, fields)
    const isFilledLater =
      field.kind === 'signature' || field.kind === 'straddle' || field.signer !== undefined
    if (isFilledLater) fields.push(writeField(writing, field))
    else drawValue(writing, field, request.values[field.name])
  }
  if (signed.length > 0 && changes.isDrawing) {
    throw new Refusal(
      'PDF_SIGNED',
      'The file is signed already: its pages cannot get values, only fields to be signed.',
    )
  }
  changes.write(increment)
  const planForm = writeForm(writing, form instanceof PdfDict ? form : undefined, fields)
  const catalog = writeCatalog(writing, planForm)
  const { bytes, end } = increment.finish()
  return {
    bytes: joined([document.bytes, bytes]),
    appended: document.bytes === file ? bytes : null,
    pages: document.pages.length,
    text: document.text,
    notices: noticesOf(document, signed.length > 0, document.bytes !== file),
    plan: {
      format: 1,
      ...end,
      xref: document.base.xref,
      catalog,
      form: planForm,
      fields,
      seals,
      font,
      isCertified: false,
      signed: signed.map(({ name }) => name),
      proofs: { object: null, certificates: {}, ocsps: {}, crls: {}, vri: {} },
    },
  }
}

/** A certified file says itself what may come later: at most values of fields that are there. */
function requireUncertified({ catalog, resolve }: OpenDocument): void {
  const permissions = resolve(catalog.get('Perms'))
  if (!(permissions instanceof PdfDict)) return
  if (!permissions.has('DocMDP') && !permissions.has('UR3') && !permissions.has('UR')) return
  throw new Refusal(
    'PDF_CERTIFIED',
    'The file is certified by its author and takes no new fields: ask for one that is not.',
  )
}

/** Values that each reader draws in its own way are not the same to all who sign. @throws PDF_FORM_UNDRAWN */
function requireDrawn(
  { resolve }: OpenDocument,
  form: PdfObject | undefined,
  known: readonly ExistingField[],
): void {
  const flag = form instanceof PdfDict ? resolve(form.get('NeedAppearances')) : undefined
  if (!(flag instanceof PdfBool && flag.value)) return
  const undrawn = known.find(({ dictionary, type, hasValue }) => {
    const isShown = type === 'Tx' || type === 'Ch'
    return isShown && hasValue && !dictionary.has('AP') && !dictionary.has('Kids')
  })
  if (undrawn === undefined) return
  const cure = 'print the file into a PDF'
  throw new Refusal(
    'PDF_FORM_UNDRAWN',
    `The form's field "${undrawn.name}" has a value that is not drawn: ${cure}.`,
  )
}

/** A signature field that is there and empty is used as it is; another field's name cannot be taken. */
function requireFreeName(
  { name, kind }: DocumentField,
  known: readonly ExistingField[],
  fields: readonly PlanField[],
): void {
  const there = known.find((field) => field.name === name)
  const isUsable = there?.type === 'Sig' && !there.hasValue && kind === 'signature'
  const isTaken = fields.some((field) => field.name === name) || (there !== undefined && !isUsable)
  // A period divides the names of a field and its parents.
  if (isTaken || name === '' || name.includes('.')) {
    throw new Refusal(
      'FIELD_NAME_TAKEN',
      `"${name}" cannot be a field's name: another has it, or it has a period.`,
    )
  }
}

function textsOf({ fields, values, signers, texts = [] }: PreparationRequest): string[] {
  const shown = fields.flatMap(({ name, kind, signer }) => {
    const value = values[name]
    if (kind === 'amount' && signer !== undefined) return [AMOUNTS]
    return typeof value === 'string' ? [shownValue(name, value, kind === 'amount')] : []
  })
  return [ALWAYS.replaceAll('\n', ''), ...signers.map(({ name }) => name), ...texts, ...shown]
}

function drawValue(
  { document, changes, font }: FieldWriting,
  field: DocumentField,
  value: string | boolean | undefined,
): void {
  if (value === undefined) return
  const { page, rect } = placeOf(document, field)
  if (field.kind === 'checkbox') {
    if (typeof value !== 'boolean') {
      throw new Refusal('VALUE_UNFIT', `The field "${field.name}" takes yes or no.`)
    }
    changes.draw(page, rect, drawCheckbox(rect, value))
    return
  }
  const text = shownValue(field.name, value, field.kind === 'amount')
  const align = field.align ?? (field.kind === 'number' ? 'right' : 'left')
  const style = { fontSize: field.fontSize ?? FONT_SIZE, align }
  changes.draw(page, rect, drawText(field.name, text, rect, style, font))
}

function writeForm(
  { document, increment, font }: FieldWriting,
  form: PdfDict | undefined,
  fields: readonly PlanField[],
): PlanDictionary {
  const { resolve } = document
  const entries = form === undefined ? {} : entriesOf(form)
  const there = resolve(form?.get('Fields'))
  const own = fields.map(({ object, generation }) => `${object} ${generation} R`)
  const kept = there instanceof PdfArray ? [...there].map((field) => syntaxOf(field)) : []
  entries['Fields'] = `[${[...new Set([...kept, ...own])].join(' ')}]`
  entries['SigFlags'] = SIGNATURE_FLAGS
  // Readers would draw the fields anew, and so change what was signed.
  delete entries['NeedAppearances']
  const resources = resolve(form?.get('DR'))
  const fonts = resources instanceof PdfDict ? resolve(resources.get('Font')) : undefined
  entries['DR'] = dictionarySyntax({
    ...(resources instanceof PdfDict ? entriesOf(resources) : {}),
    Font: dictionarySyntax({
      ...(fonts instanceof PdfDict ? entriesOf(fonts) : {}),
      SbxFont: `${font.object} 0 R`,
    }),
  })
  const at = document.catalog.get('AcroForm')
  const [object, generation] =
    at instanceof PdfRef ? [at.objectNumber, at.generation] : [increment.reserve(), 0]
  increment.put(object, generation, dictionarySyntax(entries))
  return { object, generation, entries }
}

function writeCatalog({ document, increment }: FieldWriting, form: PlanDictionary): PlanDictionary {
  const { object, generation } = document.base.catalog
  const entries = {
    ...entriesOf(document.catalog),
    AcroForm: `${form.object} ${form.generation} R`,
  }
  increment.put(object, generation, dictionarySyntax(entries))
  return { object, generation, entries }
}
