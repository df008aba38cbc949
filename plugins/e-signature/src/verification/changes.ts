/** What may stand in a later revision, by what it is; the rules of judging are in judge-change.ts, the words in change-words.ts. */
export const changeCodes = [
  'PROOF_ADDED',
  'TIMESTAMPED',
  'SIGNED',
  'FIELD_FILLED',
  'SIGNATURE_FIELD_ADDED',
  'EXTENSION_ADDED',
  'METADATA_CHANGED',
  'ANNOTATION_ADDED',
  'ANNOTATION_CHANGED',
  'ANNOTATION_REMOVED',
  'APPEARANCE_WITHOUT_VALUE',
  'BYTES_AFTER_END',
  'CATALOG_CHANGED',
  'CATALOG_SWAPPED',
  'CONTENT_CHANGED',
  'DOCUMENT_TITLE_CHANGED',
  'ENCRYPTION_CHANGED',
  'FIELD_ADDED',
  'FIELD_CHANGED',
  'FIELD_REMOVED',
  'FORM_CHANGED',
  'HISTORY_REWRITTEN',
  'LAYERS_CHANGED',
  'OBJECT_CHANGED',
  'PAGE_ADDED',
  'PAGE_CHANGED',
  'PAGE_REMOVED',
  'PROOF_REMOVED',
  'RESOURCE_CHANGED',
  'SCRIPT_CHANGED',
  'SIGNATURE_REMOVED',
  'SIGNED_FIELD_CHANGED',
  'UNREADABLE',
  'WIDGET_WITHOUT_FIELD',
] as const

export type ChangeCode = (typeof changeCodes)[number]

/** One difference between two revisions. */
export interface Change {
  readonly code: ChangeCode
  /** Where it stands, from the trailer: /Root/Pages/Kids[0]/Contents. */
  readonly path: string
  /** The object that holds it in the later revision; 0 is the trailer. */
  readonly object: number
  /** The form field that it belongs to. */
  readonly field?: string
  /** Something new that can be seen on a page. */
  readonly visible?: boolean
}
