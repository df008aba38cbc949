/** The fields of a body of `application/x-www-form-urlencoded` (WHATWG URL, 5.1); the first of a name holds. Pure. */
export function readForm(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const [name = '', ...rest] = pair.split('=')
    const key = decoded(name)
    if (!fields.has(key)) fields.set(key, decoded(rest.join('=')))
  }
  return fields
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** @returns undefined for what is no JSON */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function textOfBase64(base64: string): string {
  const binary = atob(base64)
  return new TextDecoder().decode(Uint8Array.from(binary, (one) => one.charCodeAt(0)))
}
