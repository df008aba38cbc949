/**
 * What is known of a prepared PDF, as plain data that goes through JSON: from it each increment (a signature, its proofs,
 * a time stamp) is written without the file. All texts of PDF syntax in it are ASCII.
 */
export interface SigningPlan {
  readonly format: 1
  /** Bytes of the file that the next increment is appended to. */
  readonly size: number
  /** Offset of its newest cross-reference section. */
  readonly startxref: number
  /** How the newest section is written: an increment is written the same way (ISO 32000-2, 7.5.8.4). */
  readonly xref: 'table' | 'stream'
  /** The first number that no object has. */
  readonly nextObject: number
  readonly trailer: PlanTrailer
  readonly catalog: PlanDictionary
  /** The interactive form, an object of its own. */
  readonly form: PlanDictionary
  readonly fields: readonly PlanField[]
  readonly seals: readonly PlanImage[]
  readonly font: PlanFont
  /** The file has a signature that certifies it. */
  readonly isCertified: boolean
  /** Names of signature fields that are signed, in their order. */
  readonly signed: readonly string[]
  readonly proofs: PlanProofs
  /** Where the signatures and time stamps that were made from the plan stand, in their order. */
  readonly containers?: readonly PlanContainer[]
}

export interface PlanContainer {
  readonly field: string
  readonly kind: 'signature' | 'timestamp'
  /** Of the hexadecimal string of contents, with its delimiters. */
  readonly offset: number
  readonly length: number
  /** By which a security store names it. */
  readonly vriKey: string
}

export interface PlanTrailer {
  /** Of ID: both in lower-case hexadecimal. */
  readonly id: readonly [string, string]
  /** PDF syntax of the reference, if there is one. */
  readonly info?: string
}

export interface PlanDictionary {
  readonly object: number
  readonly generation: number
  /** Each key without its slash, with its value in PDF syntax. */
  readonly entries: Readonly<Record<string, string>>
}

export type PlanFieldKind = 'signature' | 'text' | 'checkbox' | 'straddle'

export interface PlanField extends PlanDictionary {
  readonly name: string
  readonly kind: PlanFieldKind
  /** Who fills it. */
  readonly signer: string
  /** Where it is seen; a straddle field has one for each page, others have one. */
  readonly widgets: readonly PlanWidget[]
  readonly fontSize: number
  readonly align: 'left' | 'centre' | 'right'
  /** The seal whose image a signature or straddle field shows. */
  readonly seal?: string
  /** A text field whose number is written in Chinese capitals. */
  readonly isAmount: boolean
  readonly isFilled: boolean
}

export interface PlanWidget {
  /** The object of the widget: that of the field where they are one. */
  readonly object: number
  readonly generation: number
  /** Only where the widget is an object of its own. */
  readonly entries?: Readonly<Record<string, string>>
  /** Counted from 1. */
  readonly page: number
  /** Left, bottom, right, top in the units of the page. */
  readonly rect: readonly [number, number, number, number]
  /** By how many degrees, clockwise, the page is turned when it is shown. */
  readonly rotation: 0 | 90 | 180 | 270
  /** As it is shown, in points. */
  readonly width: number
  readonly height: number
  /** Of a straddle: which part of the seal, counted from 0, of how many. */
  readonly slice?: readonly [index: number, count: number]
}

export interface PlanImage {
  readonly name: string
  readonly object: number
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/** The font that is in the file, and which characters it has there. */
export interface PlanFont {
  readonly object: number
  /** By character: glyph in the file, and its advance in 1/1000 of the font size. */
  readonly glyphs: Readonly<Record<string, readonly [glyph: number, advance: number]>>
  /** In 1/1000 of the font size. */
  readonly ascent: number
  readonly descent: number
}

/** What the file's security store has, by object (ISO 32000-2, 12.8.4.3). */
export interface PlanProofs {
  readonly object: number | null
  /** By SHA-256 of the bytes, in lower-case hexadecimal: what is there is not written twice. */
  readonly certificates: Readonly<Record<string, number>>
  readonly ocsps: Readonly<Record<string, number>>
  readonly crls: Readonly<Record<string, number>>
  /** By the name of its VRI: PDF syntax of the entry. */
  readonly vri: Readonly<Record<string, string>>
}

/** Where a field stands on the page as it is shown: turned, and cut to its CropBox. In points of 1/72 inch. */
export type FieldPlace =
  | {
      /** Counted from 1. */
      readonly page: number
      /** From the left and from the top. */
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }
  | {
      /** A text of the document: the field's lower left corner comes to where the text begins, moved by dx and dy. */
      readonly anchor: string
      /** Which of the places where it stands, counted from 1. */
      readonly occurrence?: number
      readonly dx?: number
      readonly dy?: number
      readonly width: number
      readonly height: number
    }

/**
 * `text`, `date`, `number`, `amount` (in Chinese capitals) and `checkbox` without a signer are written into the page with
 * their value; with a signer they are form fields, which the signer fills when signing. A `signature` is signed by its
 * signer; with a seal it shows the seal's image. A `straddle` (骑缝章) shows slices of a seal at the edges of all pages,
 * once its signer signs.
 */
export interface DocumentField {
  readonly name: string
  readonly kind: 'text' | 'date' | 'number' | 'amount' | 'checkbox' | 'signature' | 'straddle'
  readonly at?: FieldPlace
  readonly signer?: string
  readonly seal?: string
  readonly fontSize?: number
  readonly align?: 'left' | 'centre' | 'right'
}

export interface SealImage {
  readonly name: string
  /** PNG or JPEG. */
  readonly image: Uint8Array
}

export interface PreparationRequest {
  readonly fields: readonly DocumentField[]
  /** By name of the field. Those without a value stay empty. */
  readonly values: Readonly<Record<string, string | boolean>>
  readonly seals: readonly SealImage[]
  /** Their names are shown in stamps: the file gets their characters. */
  readonly signers: readonly { readonly id: string; readonly name: string }[]
  /** The font asset, WOFF or sfnt with TrueType outlines. */
  readonly font: Uint8Array
  /** Other texts that stamps will show, such as reasons and places. */
  readonly texts?: readonly string[]
  /** Awaited every 25 pages that are read: in a guest a call of the host, so that a long document takes several turns. */
  readonly pause?: () => Promise<unknown>
}

/** Scripts and layers can show each reader something else; attachments and signatures of others go along. */
export type DocumentNotice = 'scripts' | 'layers' | 'attachments' | 'signatures' | 'mended'

export interface PreparedDocument {
  readonly bytes: Uint8Array
  /** What was appended to the given bytes, which are the beginning of `bytes`. Null: the file was written anew. */
  readonly appended: Uint8Array | null
  readonly pages: number
  /** Text of each page, as it was before preparation. */
  readonly text: readonly string[]
  /** What a sender should know of the file before others sign it. */
  readonly notices: readonly DocumentNotice[]
  readonly plan: SigningPlan
}

export interface SignatureRequest {
  readonly field: string
  /** /Name: who signs. */
  readonly name: string
  readonly reason?: string
  readonly location?: string
  /** RFC 3339, with its offset: /M is written in it. */
  readonly at: string
  /** Lines of the stamp; without any the signature's field shows its seal or image alone. */
  readonly stamp?: { readonly lines: readonly string[]; readonly image?: Uint8Array }
  /** Values of the signer's form fields, by name. */
  readonly values?: Readonly<Record<string, string | boolean>>
  /** Certifies by DocMDP with P 2: only form fields and signatures may come later. Of the first signature alone. */
  readonly certify?: boolean
  /** Room for the CMS, in bytes of DER. */
  readonly contentsBytes: number
  /** For characters that the file's font lacks. */
  readonly font?: Uint8Array
}

/** Signed is: the previous file, `before` and `after`, in this order. The new file is: previous, before, contents, after. */
export interface SignatureIncrement {
  readonly before: Uint8Array
  /** The placeholder: a hexadecimal string of zeros with its delimiters. */
  readonly gap: Uint8Array
  readonly after: Uint8Array
  readonly byteRange: readonly [number, number, number, number]
  readonly nextPlan: SigningPlan
}

/** The new file is: previous, `bytes`. */
export interface PlainIncrement {
  readonly bytes: Uint8Array
  readonly nextPlan: SigningPlan
}

export interface ProofsRequest {
  /** DER each. */
  readonly certificates: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** Per signature or time stamp: its key as `embedContents` told it, and which of the proofs above are its own, by index. */
  readonly vri: readonly {
    readonly key: string
    readonly certificates: readonly number[]
    readonly ocsps: readonly number[]
    readonly crls: readonly number[]
  }[]
}

export interface TimestampRequest {
  /** Of the new field. */
  readonly name: string
  readonly contentsBytes: number
}

/** What stands between `before` and `after` once the CMS is in it, and the key of its VRI. */
export interface EmbeddedContents {
  readonly contents: Uint8Array
  readonly vriKey: string
}
