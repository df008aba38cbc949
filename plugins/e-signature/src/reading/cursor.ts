/** A place in the bytes that a reader moves on. */
export interface Cursor {
  readonly bytes: Uint8Array
  /** Nothing at or beyond it is read. */
  readonly end: number
  at: number
  /** False within an object stream, where places mean nothing in the file. */
  readonly inFile: boolean
}
