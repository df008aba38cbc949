import MarkdownIt from 'markdown-it'
import { safeLink, safePicture, type TextPlace } from './safe-link.ts'

/** Deeper lists and quotations are text: nobody reads them, and each level costs one of the stack. */
const MAX_NESTING = 20

/**
 * Characters that all addresses and titles of a text may have together: as many as the text may have itself. Written once
 * and referred to ten thousand times, an address of 32 KiB would make 256 MB of 64 KiB.
 */
const MAX_ADDRESSES = 64 * 1024
/** Longer than browsers and proxies take. */
const MAX_ADDRESS = 2000

/**
 * An author's Markdown (CommonMark with tables) as HTML of a fixed set of elements. HTML of his own is text, a link leads
 * where safe-link.ts lets it, a picture is the package's own or its words in place of it. Pure; what it costs is bounded
 * by markdown-renderer.ts.
 */
export function renderMarkdown(text: string, place: TextPlace): string {
  const markdown = new MarkdownIt('default', {
    html: false,
    linkify: false,
    typographer: false,
    maxNesting: MAX_NESTING,
  })
  // Every link and picture is judged by us, where it is written out: a link that is refused stays as its text.
  markdown.validateLink = () => true
  markdown.normalizeLink = (url) => url
  const { rules } = markdown.renderer
  const closing: string[] = []
  let left = MAX_ADDRESSES
  const isAffordable = (...texts: readonly string[]) => {
    const length = texts.reduce((sum, text) => sum + text.length, 0)
    if (length > Math.min(left, MAX_ADDRESS)) return false
    left -= length
    return true
  }
  rules.link_open = (tokens, index) => {
    const [given, title] = [attribute(tokens[index], 'href'), attribute(tokens[index], 'title')]
    const href = isAffordable(given, title) ? safeLink(given, place) : undefined
    closing.push(href === undefined ? '</span>' : '</a>')
    if (href === undefined) return '<span>'
    const said = title === '' ? '' : ` title="${markdown.utils.escapeHtml(title)}"`
    return `<a href="${markdown.utils.escapeHtml(href)}" rel="nofollow noopener noreferrer ugc"${said}>`
  }
  rules.link_close = () => closing.pop() ?? ''
  rules.image = (tokens, index) => {
    const words = markdown.utils.escapeHtml((tokens[index]?.content ?? '').slice(0, 500))
    const given = attribute(tokens[index], 'src')
    const src = isAffordable(given) ? safePicture(given, place) : undefined
    if (src === undefined) return `<span>${words}</span>`
    return `<img src="${markdown.utils.escapeHtml(src)}" alt="${words}" loading="lazy">`
  }
  // Alignment is a style, which the policy of a page does not let through.
  rules.th_open = () => '<th>'
  rules.td_open = () => '<td>'
  // The class would be the author's words in an attribute that style and scripts of a page go by.
  rules.fence = (tokens, index) =>
    `<pre><code>${markdown.utils.escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`
  return markdown.render(withoutTricks(text))
}

function attribute(
  token: { attrGet(name: string): string | number | null } | undefined,
  name: string,
): string {
  return String(token?.attrGet(name) ?? '')
}

/** Marks that turn the direction of text round show something else than is there (Trojan Source, CVE-2021-42574). */
function withoutTricks(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, '')
    .replaceAll('\u0000', '')
}
