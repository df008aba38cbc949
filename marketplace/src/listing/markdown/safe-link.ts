import { fileUrl } from '../file-url.ts'

/** Where a text came from: what its relative links and pictures are relative to. */
export interface TextPlace {
  /** The file of the package, such as docs/setup.md. */
  readonly path: string
  /** Paths of the version's kept pictures. */
  readonly pictures: ReadonlySet<string>
  /** Where kept files are served, with a trailing slash. */
  readonly filesUrl: string
  /** Texts of the version that have a page, by path. */
  readonly texts: ReadonlySet<string>
}

const schemes: ReadonlySet<string> = new Set(['https:', 'http:', 'mailto:'])

/** Only there to resolve against; the name can be nobody's (RFC 2606). */
const nowhere = 'https://package.invalid/'

/**
 * Where a link of an author leads, as browsers read it (WHATWG URL), or nothing where it may not lead there. What cannot
 * be read is no link: to mend it would be to read it otherwise than a browser.
 */
export function safeLink(href: string, place: TextPlace): string | undefined {
  if (href.startsWith('#')) return /^#[\p{L}\p{N}_.-]{1,200}$/u.test(href) ? href : undefined
  const url = parsed(href, place)
  if (url === undefined) return undefined
  if (url.origin === new URL(nowhere).origin) {
    const path = pathIn(url)
    if (path === undefined || !(place.texts.has(path) || place.pictures.has(path))) return undefined
    return fileUrl(place.filesUrl, path)
  }
  if (!schemes.has(url.protocol) || url.username !== '' || url.password !== '') return undefined
  return url.href
}

/** Pictures are the package's own: one from elsewhere tells its server who reads the page. */
export function safePicture(src: string, place: TextPlace): string | undefined {
  const url = parsed(src, place)
  if (url === undefined || url.origin !== new URL(nowhere).origin) return undefined
  const path = pathIn(url)
  return path !== undefined && place.pictures.has(path) ? fileUrl(place.filesUrl, path) : undefined
}

function parsed(given: string, { path }: TextPlace): URL | undefined {
  // A browser skips some of these and ends at the rest: neither is what the author's reader sees.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u.test(given)) return undefined
  return URL.parse(given, new URL(path, nowhere).href) ?? undefined
}

function pathIn({ pathname }: URL): string | undefined {
  try {
    return decodeURIComponent(pathname.slice(1))
  } catch {
    return undefined
  }
}
