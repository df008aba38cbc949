/** Of zlib streams (RFC 1950), what is used here. */
declare module 'pako' {
  export function deflate(data: Uint8Array): Uint8Array<ArrayBuffer>
  /** @throws for what is no whole stream */
  export function inflate(data: Uint8Array): Uint8Array<ArrayBuffer>
  /** In pieces: `onData` is called with each. */
  export class Inflate {
    onData(piece: Uint8Array): void
    push(data: Uint8Array, isLast: boolean): boolean
    readonly err: number
  }
}
