import { definePlugin } from '@signalbox/sdk'

/** Uses every web-standard global that a guest may have, so that all of them are linked into its bundle. */
async function price(input: { readonly id: string; readonly qty: number; readonly price: number }) {
  const url = new URL(`https://example.com/orders/${input.id}?unit=piece`)
  const query = new URLSearchParams(url.search)
  const bytes = new TextEncoder().encode(JSON.stringify(structuredClone(input)))
  const text = new TextDecoder().decode(bytes)
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  const nonce = crypto.getRandomValues(new Uint8Array(8))
  const abort = new AbortController()
  await new Promise<void>((resolve) => queueMicrotask(resolve))
  clearTimeout(setTimeout(() => abort.abort(), 1000))
  console.debug(typeof fetch)
  return {
    id: url.pathname,
    unit: query.get('unit'),
    length: atob(btoa(text)).length,
    digest: digest.byteLength,
    nonce: nonce.length,
    aborted: abort.signal.aborted,
    total: input.qty * input.price,
  }
}

// biome-ignore lint/style/noDefaultExport: a plugin's entry.
export default definePlugin({ services: { 'test.service': { price } } })
