/** An image as a PDF keeps it (ISO 32000-2, 8.9.5): entries of its dictionary and data as they are. */
export interface ImageParts {
  readonly width: number
  readonly height: number
  readonly entries: Readonly<Record<string, string>>
  readonly data: Uint8Array
  /** How much of each pixel is seen: grey values, compressed by zlib, 8 bits each. */
  readonly alpha?: Uint8Array
}
