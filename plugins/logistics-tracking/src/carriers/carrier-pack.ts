import type { Status } from '../scans/status.ts'

/** What a word of a sender means. */
export interface Meaning {
  readonly status: Status
  readonly reason?: string
  /** The word takes back every scan of this status that is dated before it. */
  readonly corrects?: Status
}

/**
 * JSON pointers, of which the first that leads to something holds. One that begins with `^` leads into the record around a scan; a
 * part `*` means every member of a list.
 */
type Pointers = readonly string[]

/** How a sender writes what it knows, as data: no code of a sender runs. */
export interface CarrierPack {
  readonly id: string
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  readonly payload: {
    /** The field of a form that holds the JSON, where the body is a form. */
    readonly formField?: string
    /** Of one parcel, or a list of such; the whole body when absent. */
    readonly records?: Pointers
    readonly number: Pointers
    readonly carrier?: Pointers
    /** Lists of scans within a record; without, the record itself is a scan. */
    readonly scans?: Pointers
    /** From the finest to the coarsest: a fine word that is not known is read by the coarse one beside it. */
    readonly code: Pointers
    /** The word of the whole record, which is that of its newest scan where that has none of its own. */
    readonly newest?: Pointers
    readonly at: Pointers
    /** Parts of an address, joined. */
    readonly place?: Pointers
    readonly text?: Pointers
    readonly signedBy?: Pointers
    readonly latitude?: Pointers
    readonly longitude?: Pointers
  }
  /** For times without an offset, such as `+08:00`. */
  readonly offset: string
  readonly codes: Readonly<Record<string, Meaning>>
  /** The sender's names of carriers, as they are called here. */
  readonly carriers?: Readonly<Record<string, string>>
}
