import { Refusal } from '@signalbox/sdk'
import { addForm, type Drawing, imageOperators } from '../pdf/appearance/drawing.ts'
import { drawText, shownValue } from '../pdf/appearance/field-value.ts'
import { dictionarySyntax, textSyntax } from '../pdf/syntax.ts'
import type { Increment } from './increment.ts'
import type { PlanField, PlanFont, PlanImage, SigningPlan } from './signing-plan.ts'

/**
 * Fills the form fields of a signer, and shows the slices of the seal where it straddles the pages. @returns what the plan
 * says of them then. @throws FIELD_NOT_OWN, VALUE_UNFIT, VALUE_TOO_LONG, GLYPH_MISSING
 */
export function fillFields(
  increment: Increment,
  plan: SigningPlan,
  signature: PlanField,
  values: Readonly<Record<string, string | boolean>>,
  font: PlanFont,
): Map<string, PlanField> {
  const filled = new Map<string, PlanField>()
  for (const [name, value] of Object.entries(values)) {
    const field = plan.fields.find((each) => each.name === name)
    const isOwn = field?.signer === signature.signer && !field.isFilled
    if (field === undefined || !isOwn || field.kind === 'signature' || field.kind === 'straddle') {
      throw new Refusal(
        'FIELD_NOT_OWN',
        `"${name}" is no empty field of the signer of "${signature.name}".`,
      )
    }
    filled.set(
      name,
      field.kind === 'checkbox'
        ? tick(increment, field, value)
        : write(increment, field, value, font),
    )
  }
  for (const field of plan.fields) {
    if (field.kind !== 'straddle' || field.signer !== signature.signer || field.isFilled) continue
    const seal = plan.seals.find(({ name }) => name === field.seal)
    if (seal !== undefined) filled.set(field.name, straddle(increment, field, seal))
  }
  return filled
}

function tick(increment: Increment, field: PlanField, value: string | boolean): PlanField {
  if (typeof value !== 'boolean') {
    throw new Refusal('VALUE_UNFIT', `The field "${field.name}" takes yes or no.`)
  }
  const state = value ? '/Yes' : '/Off'
  return changed(increment, field, { V: state, AS: state })
}

function write(
  increment: Increment,
  field: PlanField,
  value: string | boolean,
  font: PlanFont,
): PlanField {
  const [widget] = field.widgets
  if (widget === undefined) throw new Error(`the field "${field.name}" has no widget`)
  const text = shownValue(field.name, value, field.isAmount)
  const drawing = drawText(field.name, text, widget, field, font)
  const form = addForm(increment, drawing, widget.rotation)
  return changed(increment, field, { V: textSyntax(text), AP: `<</N ${form} 0 R>>` })
}

function straddle(increment: Increment, field: PlanField, seal: PlanImage): PlanField {
  for (const widget of field.widgets) {
    const [index, count] = widget.slice ?? [0, 1]
    const drawing = sliceOf(seal, widget, index, count)
    const form = addForm(increment, drawing, widget.rotation)
    const entries = { ...widget.entries, AP: `<</N ${form} 0 R>>` }
    increment.put(widget.object, widget.generation, dictionarySyntax(entries))
  }
  return changed(increment, field, { V: textSyntax(seal.name) })
}

function sliceOf(
  seal: PlanImage,
  { width, height }: { readonly width: number; readonly height: number },
  index: number,
  count: number,
): Drawing {
  const whole = { x: -index * width, y: 0, width: width * count, height }
  return { width, height, operators: imageOperators('I', seal, whole), images: { I: seal } }
}

function changed(
  increment: Increment,
  field: PlanField,
  entries: Readonly<Record<string, string>>,
): PlanField {
  const next = { ...field, entries: { ...field.entries, ...entries }, isFilled: true }
  increment.put(field.object, field.generation, dictionarySyntax(next.entries))
  return next
}
