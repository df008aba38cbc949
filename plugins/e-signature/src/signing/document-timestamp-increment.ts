import { Refusal } from '@signalbox/sdk'
import { dictionarySyntax, textSyntax } from '../pdf/syntax.ts'
import { Increment } from './increment.ts'
import { writeSignature } from './signature-dictionary.ts'
import type { SignatureIncrement, SigningPlan, TimestampRequest } from './signing-plan.ts'

/**
 * A time stamp over the whole document (B-LTA; ISO 32000-2, 12.8.5), in a new field without a place on any page: how
 * many a document will need is not known when it is prepared, and DocMDP allows them (table 257).
 * @throws FIELD_NAME_TAKEN
 */
export function documentTimestampIncrement(
  plan: SigningPlan,
  { name, contentsBytes }: TimestampRequest,
): SignatureIncrement {
  const isTaken = plan.fields.some((field) => field.name === name) || plan.signed.includes(name)
  if (isTaken || name === '' || name.includes('.')) {
    throw new Refusal(
      'FIELD_NAME_TAKEN',
      `"${name}" cannot be a field's name: another has it, or it has a period.`,
    )
  }
  const increment = new Increment(plan)
  const [field, signature] = [increment.reserve(), increment.reserve()]
  increment.put(
    field,
    0,
    dictionarySyntax({
      Type: '/Annot',
      Subtype: '/Widget',
      FT: '/Sig',
      T: textSyntax(name),
      Rect: '[0 0 0 0]',
      F: '132',
      V: `${signature} 0 R`,
    }),
  )
  const there = plan.form.entries['Fields'] ?? '[]'
  const fields = `${there.slice(0, -1)} ${field} 0 R]`
  const form = { ...plan.form, entries: { ...plan.form.entries, Fields: fields } }
  increment.put(form.object, form.generation, dictionarySyntax(form.entries))
  const { end, ...written } = writeSignature(increment, plan, signature, {
    contentsBytes,
    entries: { SubFilter: '/ETSI.RFC3161' },
    type: '/DocTimeStamp',
  })
  const nextPlan = { ...plan, ...end, form, signed: [...plan.signed, name] }
  return { ...written, nextPlan }
}
