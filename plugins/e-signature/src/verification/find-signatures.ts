import { type FormField, formFields } from '../reading/form-fields.ts'
import { follow, type PdfState } from '../reading/pdf-file.ts'
import {
  dictOf,
  isKind,
  nameOf,
  type PdfDict,
  type PdfString,
  textOf,
} from '../reading/pdf-values.ts'

/** A signature dictionary (ISO 32000-2, table 255) in a field of the form. */
export interface FoundSignature {
  readonly field: string
  readonly fieldDict: PdfDict
  readonly dict: PdfDict
  readonly isTimestamp: boolean
  readonly subFilter: string | undefined
  readonly contents: PdfString | undefined
  readonly byteRange: readonly number[] | undefined
  readonly claimed: { readonly name?: string; readonly reason?: string; readonly time?: string }
}

/** All of a revision, in the order of the form. */
export function findSignatures(state: PdfState): FoundSignature[] {
  return formFields(state).fields.flatMap((field) => {
    const dict = dictOf(follow(state, field.value))
    return field.type === 'Sig' && dict !== undefined ? [signatureOf(state, field, dict)] : []
  })
}

function signatureOf(state: PdfState, field: FormField, dict: PdfDict): FoundSignature {
  const contents = dict.entries.get('Contents')
  const subFilter = nameOf(follow(state, dict.entries.get('SubFilter')))
  const type = nameOf(follow(state, dict.entries.get('Type')))
  return {
    field: field.name,
    fieldDict: field.dict,
    dict,
    isTimestamp: type === 'DocTimeStamp' || subFilter === 'ETSI.RFC3161',
    subFilter,
    contents: isKind(contents, 'string') ? contents : undefined,
    byteRange: numbersOf(dict),
    claimed: claimedOf(state, dict),
  }
}

/** Only numbers that stand in the dictionary itself: what stands elsewhere need not be signed. */
function numbersOf(dict: PdfDict): number[] | undefined {
  const range = dict.entries.get('ByteRange')
  if (!isKind(range, 'array')) return undefined
  const numbers = range.items.filter((item) => typeof item === 'number')
  return numbers.length === range.items.length ? numbers : undefined
}

function claimedOf(state: PdfState, dict: PdfDict): FoundSignature['claimed'] {
  const read = (key: string) => textOf(follow(state, dict.entries.get(key)))?.slice(0, 200)
  const [name, reason, time] = [read('Name'), read('Reason'), read('M')]
  return {
    ...(name === undefined ? {} : { name }),
    ...(reason === undefined ? {} : { reason }),
    ...(time === undefined ? {} : { time }),
  }
}

/** By the place of its contents: a field may be made to show another dictionary, or a dictionary to stand in another field. */
export function signatureKey({ contents, field }: FoundSignature): string {
  return contents === undefined || contents.start < 0 ? `field ${field}` : `at ${contents.start}`
}
