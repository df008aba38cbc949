/** The folder of a package whose files browsers are given. */
export const FOLDER = 'ui'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  txt: 'text/plain; charset=utf-8',
}

/** @returns undefined for what no browser is given */
export function typeOf(path: string): string | undefined {
  const ending = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''
  return Object.hasOwn(types, ending) ? types[ending] : undefined
}

/** Text, and what is as good as text: pictures and fonts are small already. */
export function isCompressible(type: string): boolean {
  return /^text\/|json|javascript|svg|wasm/.test(type)
}
