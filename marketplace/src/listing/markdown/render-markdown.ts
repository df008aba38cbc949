import MarkdownIt from 'markdown-it'
import { safeLink, safePicture, type TextPlace } from './safe-link.ts'

/** Deeper lists and quotations are text: nobody reads them, and each level costs one of the stack. */
const MAX_NESTING = 20

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
  rules.link_open = (tokens, index) => {
    const href = safeLink(attribute(tokens[index], 'href'), place)
    closing.push(href === undefined ? '</span>' : '</a>')
    if (href === undefined) return '<span>'
    const title = attribute(tokens[index], 'title')
    const said = title === '' ? '' : ` title="${markdown.utils.escapeHtml(title)}"`
    return `<a href="${markdown.utils.escapeHtml(href)}" rel="nofollow noopener noreferrer ugc"${said}>`
  }
  rules.link_close = () => closing.pop() ?? ''
  rules.image = (tokens, index) => {
    const words = markdown.utils.escapeHtml((tokens[index]?.content ?? '').slice(0, 500))
    const src = safePicture(attribute(tokens[index], 'src'), place)
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
