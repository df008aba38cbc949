/** Bits for each character of a text, by how often each occurs in it (Shannon, 1948). */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) {
    const share = count / text.length
    bits -= share * Math.log2(share)
  }
  return bits
}

/** Drawn base64 of 20 characters has 3.9 bits and more each, drawn hexadecimal of 32 has 3.2; names and sentences have less. */
const LEAST_BITS = 3.6
const LEAST_BITS_HEX = 3

/** Whether an assigned text looks drawn: by the spread of its characters, and by holding digits among letters. */
export function hasEntropyOfSecret(text: string): boolean {
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= 32 && entropyOf(text) >= LEAST_BITS_HEX
  // A path, a pointer, a template, a name of names or a package: made of words.
  if (/^[./~$#@{<]|\$\{|\{\{|:\/\/|\s/.test(text)) return false
  if (!/^[\w+/=.~!@#%^&*-]+$/.test(text)) return false
  const digits = text.match(/\d/g)?.length ?? 0
  const isMixed = /[a-z]/.test(text) && /[A-Z]/.test(text) && digits >= 2
  return (isMixed || digits >= text.length / 5) && entropyOf(text) >= LEAST_BITS
}

/** What documents write in the place of a secret. */
export function looksLikeExample(text: string): boolean {
  if (/example|sample|placeholder|changeme|your[_-]|dummy|redacted|xxxx|\.\.\.|…/i.test(text))
    return true
  return /^(.)\1+$/.test(text.slice(-8))
}
