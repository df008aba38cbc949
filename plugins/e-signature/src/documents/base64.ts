const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Undefined: it is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!isBase64.test(text)) return undefined
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
