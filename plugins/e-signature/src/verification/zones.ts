/** Parts of a document in which other things may change. */
export interface Zone {
  readonly kind: ZoneKind
  /** The name of the form field that it belongs to. */
  readonly field?: string
}

type ZoneKind =
  | 'trailer'
  | 'catalog'
  | 'form'
  | 'fields'
  | 'field'
  | 'kids'
  | 'value'
  | 'face'
  | 'pages'
  | 'nodes'
  | 'page'
  | 'content'
  | 'resources'
  | 'annots'
  | 'annotation'
  | 'proofs'
  | 'extensions'
  | 'metadata'
  | 'information'
  | 'identity'
  | 'layers'
  | 'scripts'
  | 'strict'

type Step = ZoneKind | 'skip'

/** From a zone by a key into the next one; a key that is not listed leads to `otherwise`. */
const steps: Readonly<
  Record<ZoneKind, { readonly otherwise: Step } & Readonly<Record<string, Step>>>
> = {
  // Size, Prev and the fields of a cross-reference stream say where objects stand, not what they are.
  trailer: {
    Root: 'strict',
    Info: 'information',
    ID: 'identity',
    Encrypt: 'strict',
    otherwise: 'skip',
  },
  catalog: {
    AcroForm: 'form',
    DSS: 'proofs',
    Extensions: 'extensions',
    Metadata: 'metadata',
    OCProperties: 'layers',
    OpenAction: 'scripts',
    AA: 'scripts',
    Names: 'scripts',
    otherwise: 'strict',
  },
  form: { Fields: 'fields', DR: 'resources', otherwise: 'strict' },
  fields: { otherwise: 'strict' },
  field: { V: 'value', AP: 'face', Kids: 'kids', A: 'scripts', AA: 'scripts', otherwise: 'strict' },
  kids: { otherwise: 'kids' },
  value: { otherwise: 'value' },
  face: { otherwise: 'face' },
  // Pages are compared one by one; which there are is asked of the whole tree.
  pages: { Kids: 'skip', Parent: 'skip', Resources: 'resources', otherwise: 'nodes' },
  nodes: { otherwise: 'nodes' },
  page: {
    Annots: 'annots',
    Contents: 'content',
    Resources: 'resources',
    AA: 'scripts',
    otherwise: 'strict',
  },
  content: { Length: 'skip', otherwise: 'content' },
  resources: { Length: 'skip', otherwise: 'resources' },
  annots: { otherwise: 'strict' },
  annotation: { A: 'scripts', AA: 'scripts', otherwise: 'annotation' },
  proofs: { otherwise: 'proofs' },
  extensions: { otherwise: 'extensions' },
  metadata: { otherwise: 'metadata' },
  information: { otherwise: 'information' },
  identity: { otherwise: 'identity' },
  layers: { otherwise: 'layers' },
  scripts: { otherwise: 'scripts' },
  strict: { otherwise: 'strict' },
}

/** Undefined: nothing below it is of the document. */
export function below(zone: Zone, key: string): Zone | undefined {
  const known = steps[zone.kind]
  const step =
    Object.hasOwn(known, key) && key !== 'otherwise' ? (known[key] as Step) : known.otherwise
  if (step === 'skip') return undefined
  const { field } = zone
  return field === undefined ? { kind: step } : { kind: step, field }
}
