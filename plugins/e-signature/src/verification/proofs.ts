import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { readOrNothing } from '../der/malformed.ts'
import { catalogOf } from '../reading/page-tree.ts'
import { dataOf, follow, type PdfState } from '../reading/pdf-file.ts'
import { dictOf, isKind, type PdfDict } from '../reading/pdf-values.ts'
import { ReadingFault } from '../reading/reading-fault.ts'

/** What a document security store holds (ISO 32000-2, 12.8.4.3): proofs for when nobody can be asked any more. */
export interface Proofs {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Uint8Array[]
  readonly ocspResponses: readonly Uint8Array[]
}

const most = 200

export function proofsOf(state: PdfState): Proofs {
  const store = storeOf(state)
  if (store === undefined) return { certificates: [], crls: [], ocspResponses: [] }
  const certificates = streamsOf(state, store, 'Certs').flatMap(
    (der) => readOrNothing(() => readCertificate(der)) ?? [],
  )
  const crls = streamsOf(state, store, 'CRLs')
  return { certificates, crls, ocspResponses: streamsOf(state, store, 'OCSPs') }
}

export function hasProofs(state: PdfState): boolean {
  return storeOf(state) !== undefined
}

function storeOf(state: PdfState): PdfDict | undefined {
  return dictOf(follow(state, catalogOf(state).catalog.entries.get('DSS')))
}

/** One that cannot be decoded proves nothing, and takes nothing from the others. */
function streamsOf(state: PdfState, store: PdfDict, key: string): Uint8Array[] {
  const list = follow(state, store.entries.get(key))
  if (!isKind(list, 'array')) return []
  return list.items.slice(0, most).flatMap((item) => {
    const stream = follow(state, item)
    if (!isKind(stream, 'stream')) return []
    try {
      return [dataOf(state, stream)]
    } catch (error) {
      if (error instanceof ReadingFault) return []
      throw error
    }
  })
}
