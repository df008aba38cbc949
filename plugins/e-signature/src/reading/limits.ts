/** What one file may cost. A contract of hundreds of pages stays far below each; a file made to cost does not. */
export const readingLimits = {
  /** Dictionaries and arrays within each other. */
  depth: 100,
  /** Values of one object, so that a page of brackets does not become a heap of arrays. */
  values: 400_000,
  /** Cross-reference sections, each of one revision (ISO 32000-2, 7.5.6). */
  sections: 1000,
  /** Objects of one file; the greatest number that ISO 32000-1, annex C, has readers take is 8,388,607. */
  objects: 500_000,
  /** Bytes that come of one compressed stream, and of all together. */
  inflated: 32 << 20,
  inflatedInAll: 96 << 20,
}
