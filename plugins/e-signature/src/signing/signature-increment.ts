import { Refusal } from '@signalbox/sdk'
import { addForm } from '../pdf/appearance/drawing.ts'
import { drawStamp } from '../pdf/appearance/stamp.ts'
import { embedFont, hasGlyphs, requireGlyphs } from '../pdf/font/embed-font.ts'
import { embedImage } from '../pdf/images/embed-image.ts'
import { dateSyntax, dictionarySyntax, textSyntax } from '../pdf/syntax.ts'
import { fillFields } from './fill-fields.ts'
import { Increment } from './increment.ts'
import { writeSignature } from './signature-dictionary.ts'
import type {
  PlanDictionary,
  PlanField,
  PlanFont,
  SignatureIncrement,
  SignatureRequest,
  SigningPlan,
} from './signing-plan.ts'

/**
 * One signer's signature (PAdES, EN 319 142-1): the signature dictionary with room for the CMS, its field's value and
 * appearance, the values of the signer's own fields, and nothing else.
 * @throws FIELD_MISSING, FIELD_SIGNED, NOT_FIRST_SIGNATURE, FIELD_NOT_OWN, VALUE_UNFIT, VALUE_TOO_LONG, STAMP_TOO_LONG,
 * GLYPH_MISSING, IMAGE_UNUSABLE
 */
export function signatureIncrement(
  plan: SigningPlan,
  request: SignatureRequest,
): SignatureIncrement {
  const field = signableField(plan, request.field)
  const { certify = false } = request
  if (certify && (plan.signed.length > 0 || plan.isCertified)) {
    throw new Refusal(
      'NOT_FIRST_SIGNATURE',
      'Only the first signature of a document can certify it.',
    )
  }
  const increment = new Increment(plan)
  const font = fontFor(increment, plan, request)
  const filled = fillFields(increment, plan, field, request.values ?? {}, font)
  const appearance = writeAppearance(increment, plan, field, request, font)
  const signature = increment.reserve()
  const entries = { ...field.entries, ...appearance, V: `${signature} 0 R` }
  increment.put(field.object, field.generation, dictionarySyntax(entries))
  const catalog = certify ? certifiedCatalog(plan, signature) : plan.catalog
  if (certify) increment.put(catalog.object, catalog.generation, dictionarySyntax(catalog.entries))
  const { end, ...written } = writeSignature(increment, plan, signature, {
    contentsBytes: request.contentsBytes,
    entries: {
      SubFilter: '/ETSI.CAdES.detached',
      ...signatureEntries(request),
      ...references(plan, certify, [...filled.keys()]),
    },
  })
  const fields = plan.fields.map((each) => {
    if (each.name === field.name) return { ...each, entries, isFilled: true }
    return filled.get(each.name) ?? each
  })
  return {
    ...written,
    nextPlan: {
      ...plan,
      ...end,
      catalog,
      fields,
      isCertified: plan.isCertified || certify,
      signed: [...plan.signed, field.name],
    },
  }
}

function signableField(plan: SigningPlan, name: string): PlanField {
  const field = plan.fields.find((each) => each.name === name && each.kind === 'signature')
  if (field === undefined) {
    throw new Refusal(
      'FIELD_MISSING',
      `The document was prepared without a signature field "${name}".`,
    )
  }
  if (field.isFilled) throw new Refusal('FIELD_SIGNED', `The field "${name}" is signed already.`)
  return field
}

/** Whether something is shown that the file's font has no glyph for: then the request has to bring one. */
export function needsFont(
  plan: SigningPlan,
  request: Pick<SignatureRequest, 'stamp' | 'values'>,
): boolean {
  return shownTexts(request).some((text) => !hasGlyphs(plan.font, text))
}

/** The file's font, unless it lacks a character that is shown now and a font to take it from is given. */
function fontFor(increment: Increment, plan: SigningPlan, request: SignatureRequest): PlanFont {
  const texts = shownTexts(request)
  if (request.font !== undefined && needsFont(plan, request)) {
    // Amounts are shown in capitals, which the file's font has.
    return embedFont(increment, request.font, [...texts, Object.keys(plan.font.glyphs).join('')])
  }
  for (const text of texts) requireGlyphs(plan.font, text)
  return plan.font
}

function shownTexts({
  stamp,
  values = {},
}: Pick<SignatureRequest, 'stamp' | 'values'>): readonly string[] {
  return [
    ...(stamp?.lines ?? []),
    ...Object.values(values).filter((value) => typeof value === 'string'),
  ].map((text) => text.replaceAll('\t', ' '))
}

function writeAppearance(
  increment: Increment,
  plan: SigningPlan,
  field: PlanField,
  { stamp }: SignatureRequest,
  font: PlanFont,
): Record<string, string> {
  const [widget] = field.widgets
  if (widget === undefined || widget.width === 0 || widget.height === 0) return {}
  const own = stamp?.image
  const image =
    own === undefined
      ? plan.seals.find(({ name }) => name === field.seal)
      : embedImage(increment, field.name, own)
  const lines = stamp?.lines ?? []
  const drawing = drawStamp(widget, { lines, ...(image === undefined ? {} : { image }) }, font)
  return { AP: `<</N ${addForm(increment, drawing, widget.rotation)} 0 R>>` }
}

/** No /Cert, which the CMS has; /M says the time, since the CMS must not (EN 319 142-1, 5.3 and 6.3). */
function signatureEntries(request: SignatureRequest): Record<string, string> {
  const { name, reason, location, at } = request
  return {
    Name: textSyntax(name),
    M: dateSyntax(at),
    ...(reason === undefined ? {} : { Reason: textSyntax(reason) }),
    ...(location === undefined ? {} : { Location: textSyntax(location) }),
  }
}

/** P 2: forms may be filled in and signed, all else is a change (ISO 32000-2, 12.8.2.2). */
const CERTIFIES =
  '<</Type /SigRef/TransformMethod /DocMDP/TransformParams <</Type /TransformParams/P 2/V /1.2>>>>'

/**
 * What the signature guards besides the bytes: the values that came with it may not change, though DocMDP would let
 * forms be filled (FieldMDP; ISO 32000-2, 12.8.2.4).
 */
function references(
  { catalog }: SigningPlan,
  certify: boolean,
  filled: readonly string[],
): Record<string, string> {
  const names = filled.map(textSyntax).join(' ')
  const data = `/Data ${catalog.object} ${catalog.generation} R`
  const params = `<</Type /TransformParams/Action /Include/Fields [${names}]/V /1.2>>`
  const guards = `<</Type /SigRef/TransformMethod /FieldMDP${data}/TransformParams ${params}>>`
  const all = [...(certify ? [CERTIFIES] : []), ...(filled.length > 0 ? [guards] : [])]
  return all.length === 0 ? {} : { Reference: `[${all.join('')}]` }
}

function certifiedCatalog({ catalog }: SigningPlan, signature: number): PlanDictionary {
  const entries = { ...catalog.entries, Perms: `<</DocMDP ${signature} 0 R>>` }
  return { ...catalog, entries }
}
