import { sha256 } from '@noble/hashes/sha2.js'
import { Refusal } from '@signalbox/sdk'
import type { IncrementBase } from '../signing/increment.ts'
import { includesText, textOfLatin1 } from './bytes.ts'
import { PDF, PdfArray, PdfDict, PdfNumber, type PdfObject, PdfRef, PdfString } from './libpdf.ts'
import { syntaxOf } from './object-syntax.ts'
import type { PageView } from './page-view.ts'
import { rewriteDocument } from './rewrite-document.ts'
import { bytesSyntax } from './syntax.ts'

/** 64 MiB: what a guest of 128 MiB can hold twice. */
const MOST_BYTES = 64 * 1024 * 1024
/** A contract has some tens; each page gets a look. */
const MOST_PAGES = 1000
/** Pages of dense text take some milliseconds each. */
const PAGES_A_TURN = 25
/** The greatest number of an object (ISO 32000-1, annex C). */
const MOST_OBJECTS = 8_388_607
/** How high the tree of pages may be that a page inherits from. */
const HIGHEST_TREE = 32

export interface OpenPage {
  readonly ref: PdfRef
  readonly dictionary: PdfDict
  readonly view: PageView
  /** Own or inherited. */
  readonly resources: PdfDict
}

export interface OpenDocument {
  readonly pdf: PDF
  /** The bytes as the increment is appended to them: those given, or those of the mended file. */
  readonly bytes: Uint8Array
  readonly base: IncrementBase
  readonly catalog: PdfDict
  readonly pages: readonly OpenPage[]
  /** Of each page. */
  readonly text: readonly string[]
  resolve(object: PdfObject | undefined): PdfObject | undefined
}

/**
 * Opens what can be signed. A file that only a search for its objects can read is written anew, and must show the same
 * text on as many pages then.
 * @throws PDF_UNREADABLE, PDF_ENCRYPTED, PDF_EMPTY, PDF_XFA, PDF_TOO_LARGE
 */
export async function openDocument(
  bytes: Uint8Array,
  pause: Pause = () => Promise.resolve(),
): Promise<OpenDocument> {
  if (bytes.length > MOST_BYTES) {
    throw new Refusal('PDF_TOO_LARGE', 'The file is larger than 64 MiB: send a smaller one.')
  }
  const pdf = await load(bytes)
  const document = await view(pdf, bytes, pause)
  if (isWhole(pdf, bytes)) return document
  const mended = rewriteDocument(pdf, document.base)
  const again = await load(mended)
  const after = await view(again, mended, pause)
  const isSame = after.text.join('\f') === document.text.join('\f')
  if (!isWhole(again, mended) || !isSame || includesText(mended, '/ByteRange')) throw damaged()
  return after
}

/** A signed file is not mended either: its signatures would be lost. */
function damaged(): Refusal {
  const cure = 'save it anew with the program that made it'
  return new Refusal('PDF_UNREADABLE', `The file is damaged: ${cure}.`)
}

async function load(bytes: Uint8Array): Promise<PDF> {
  const pdf = await PDF.load(bytes).catch((error: unknown) => {
    if (/encrypt|password|security/i.test(String(error))) throw encrypted()
    throw new Refusal('PDF_UNREADABLE', 'The file is no PDF that can be read: save it anew.')
  })
  // Without a password, too: an increment would not be encrypted as the rest is.
  if (pdf.isEncrypted || pdf.context.info.trailer.has('Encrypt')) throw encrypted()
  return pdf
}

function encrypted(): Refusal {
  return new Refusal(
    'PDF_ENCRYPTED',
    'The file is encrypted: send it without a password and restrictions.',
  )
}

type Pause = () => Promise<unknown>

async function view(pdf: PDF, bytes: Uint8Array, pause: Pause): Promise<OpenDocument> {
  const resolve = (object: PdfObject | undefined) => resolved(pdf, object)
  const catalog = pdf.getCatalog()
  try {
    const found = pdf.getPages()
    if (found.length === 0) throw new Refusal('PDF_EMPTY', 'The file has no pages.')
    if (found.length > MOST_PAGES) {
      throw new Refusal('PDF_TOO_LARGE', `The file has more than ${MOST_PAGES} pages: divide it.`)
    }
    const form = resolve(catalog.get('AcroForm'))
    if (form instanceof PdfDict && form.has('XFA')) {
      throw new Refusal(
        'PDF_XFA',
        'The file is an XFA form, which shows what it likes: print it into a PDF.',
      )
    }
    const pages = found.map(({ ref, dict }) => pageOf(ref, dict, resolve))
    const text: string[] = []
    for (const [index, page] of found.entries()) {
      if (index > 0 && index % PAGES_A_TURN === 0) await pause()
      text.push(page.extractText().text)
    }
    return { pdf, bytes, base: baseOf(pdf, bytes), catalog, pages, text, resolve }
  } catch (error) {
    if (error instanceof Refusal) throw error
    // biome-ignore lint/style/useErrorCause: a refusal carries a code and its cure, and the file's fault is no secret of ours
    throw new Refusal('PDF_UNREADABLE', 'The file has pages that cannot be read: save it anew.')
  }
}

/** The end of a chain of references. */
function resolved(pdf: PDF, object: PdfObject | undefined): PdfObject | undefined {
  let at = object
  for (let step = 0; at instanceof PdfRef; step++) {
    if (step > 8) return undefined
    at = pdf.getObject(at) ?? undefined
  }
  return at
}

type Resolve = OpenDocument['resolve']

function pageOf(ref: PdfRef, dictionary: PdfDict, resolve: Resolve): OpenPage {
  const media = boxOf(inherited(dictionary, 'MediaBox', resolve), resolve) ?? [0, 0, 612, 792]
  const crop = boxOf(inherited(dictionary, 'CropBox', resolve), resolve) ?? media
  const [left, bottom] = [Math.max(media[0], crop[0]), Math.max(media[1], crop[1])]
  const [right, top] = [Math.min(media[2], crop[2]), Math.min(media[3], crop[3])]
  const isCut = right > left && top > bottom
  const shown = isCut ? { left, bottom, right, top } : sidesOf(media)
  const turn = numberOf(inherited(dictionary, 'Rotate', resolve)) ?? 0
  const rotation = ((((Math.round(turn / 90) * 90) % 360) + 360) % 360) as 0 | 90 | 180 | 270
  const unit = numberOf(resolve(dictionary.get('UserUnit'))) ?? 1
  const resources = inherited(dictionary, 'Resources', resolve)
  return {
    ref,
    dictionary,
    view: { ...shown, rotation, unit: unit > 0 ? unit : 1 },
    resources: resources instanceof PdfDict ? resources : new PdfDict(),
  }
}

function sidesOf([left, bottom, right, top]: readonly [number, number, number, number]) {
  return { left, bottom, right, top }
}

/** Of the page or of the nearest node of the tree above it that has it (ISO 32000-2, 7.7.3.4). */
function inherited(page: PdfDict, key: string, resolve: Resolve): PdfObject | undefined {
  let node: PdfObject | undefined = page
  for (let step = 0; node instanceof PdfDict && step < HIGHEST_TREE; step++) {
    const value = resolve(node.get(key))
    if (value !== undefined && value.type !== 'null') return value
    node = resolve(node.get('Parent'))
  }
  return undefined
}

function boxOf(
  object: PdfObject | undefined,
  resolve: Resolve,
): readonly [number, number, number, number] | undefined {
  if (!(object instanceof PdfArray) || object.length !== 4) return undefined
  const sides = [...object].map((side) => numberOf(resolve(side)))
  if (sides.some((side) => side === undefined || !Number.isFinite(side))) return undefined
  const [a, b, c, d] = sides as [number, number, number, number]
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
}

function numberOf(object: PdfObject | undefined): number | undefined {
  return object instanceof PdfNumber ? object.value : undefined
}

/** Whether an increment can be appended: the newest section stands where the end of the file says, counted from its first byte. */
function isWhole(pdf: PDF, bytes: Uint8Array): boolean {
  const at = startxrefOf(bytes)
  if (pdf.recoveredViaBruteForce || at === undefined) return false
  if (textOfLatin1(bytes.subarray(0, 5)) !== '%PDF-') return false
  return sectionKind(bytes, at) !== undefined
}

function startxrefOf(bytes: Uint8Array): number | undefined {
  const tail = textOfLatin1(bytes.subarray(Math.max(0, bytes.length - 2048)))
  const found = [...tail.matchAll(/startxref\s+(\d{1,10})\s/g)].at(-1)
  return found === undefined ? undefined : Number(found[1])
}

function sectionKind(bytes: Uint8Array, at: number): 'table' | 'stream' | undefined {
  const text = textOfLatin1(bytes.subarray(at, at + 40))
  if (/^\s*xref\s/.test(text)) return 'table'
  return /^\s*\d+\s+\d+\s+obj/.test(text) ? 'stream' : undefined
}

function baseOf(pdf: PDF, bytes: Uint8Array): IncrementBase {
  const { trailer } = pdf.context.info
  const root = trailer.getRef('Root')
  const startxref = startxrefOf(bytes) ?? 0
  const size = trailer.getNumber('Size')?.value ?? 0
  const nextObject = Math.max(size, pdf.context.registry.nextObjectNumber)
  if (root === undefined || !Number.isInteger(nextObject) || nextObject > MOST_OBJECTS) {
    throw new Refusal(
      'PDF_UNREADABLE',
      'The file has no catalog, or counts its objects wrong: save it anew.',
    )
  }
  const info = trailer.get('Info')
  return {
    size: bytes.length,
    startxref,
    xref: sectionKind(bytes, startxref) ?? 'table',
    nextObject,
    trailer: {
      id: idOf(pdf, trailer, bytes),
      ...(info instanceof PdfRef ? { info: syntaxOf(info) } : {}),
    },
    catalog: { object: root.objectNumber, generation: root.generation },
  }
}

/** A file without an identifier gets one of its size and its end. */
function idOf(pdf: PDF, trailer: PdfDict, bytes: Uint8Array): readonly [string, string] {
  const id = resolved(pdf, trailer.get('ID'))
  const parts = id instanceof PdfArray ? [...id].filter((part) => part instanceof PdfString) : []
  const [first, second] = parts.map((part) => bytesSyntax(part.bytes).slice(1, -1))
  if (first !== undefined && second !== undefined && first !== '') return [first, second]
  const made = sha256(bytes.subarray(Math.max(0, bytes.length - 4096))).subarray(0, 16)
  const own = bytesSyntax(made).slice(1, -1)
  return [own, own]
}
