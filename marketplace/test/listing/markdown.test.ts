import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { MarkdownRenderer } from '../../src/listing/markdown/markdown-renderer.ts'
import { renderMarkdown } from '../../src/listing/markdown/render-markdown.ts'

const place = {
  path: 'docs/a.md',
  pictures: new Set(['docs/a.png']),
  texts: new Set(['README.md', 'docs/b.md']),
  filesUrl: '/files/',
}
const html = (text: string) => renderMarkdown(text, place)

/** Elements that may be in it, and attributes; every other is the author's own. */
const fixed =
  /<\/?(p|h[1-6]|ul|ol|li|em|strong|s|code|pre|blockquote|table|thead|tbody|tr|th|td|hr|br|span)( start="\d+")?>|<a href="(https?:|mailto:|#|\/files\/)[^"<>]*" rel="nofollow noopener noreferrer ugc"( title="[^"<>]*")?>|<\/a>|<img src="\/files\/[^"<>]*" alt="[^"<>]*" loading="lazy">/g
const isSafe = (made: string) => !/[<>]/.test(made.replace(fixed, ''))

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](java\u0000script:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](&#x6A;avascript&colon;alert(1))',
  '[a](<java\tscript:alert(1)>)',
  '[a](\u0001javascript:alert(1))',
  '[a](vbscript:x)',
  '[a](data:text/html;base64,PHNjcmlwdD4=)',
  '![a](data:image/svg+xml;base64,PHN2Zz4=)',
  '![a](https://evil.example/pixel.png)',
  '![a](//evil.example/pixel.png)',
  '![a](\\\\evil.example\\x.png)',
  '![a](../../etc/passwd)',
  '![a](docs/../a.png?x=1#y)',
  '[a](https://user:pass@evil.example/)',
  '[a](blob:https://x/1)',
  '[a](file:///etc/passwd)',
  '[a](https://evil.example/\u202egnp.exe)',
  '[a]: javascript:alert(1)\n\n[a]',
  '<javascript:alert(1)>',
  '[a](https://x "\\" onmouseover=alert(1) x=\\"")',
  '![" onerror="alert(1)](a.png)',
  '```"><script>alert(1)</script>\ncode\n```',
  '[![a](javascript:1)](javascript:2)',
  '<!-- --!><script>alert(1)</script> -->',
  '<a href="https://ok.example" style="position:fixed">x</a>',
  '[a](#x" onclick="alert(1))',
]

t.test('nothing of a hostile text runs, loads or leads elsewhere than it says', async (t) => {
  for (const text of hostile) {
    const made = html(text)
    t.ok(isSafe(made), text, { made })
    t.notMatch(made, /(href|src)="(javascript|data|vbscript|blob|file):/i, text)
    t.notMatch(made, /src="[^"]*evil/, text)
  }
})

t.test('whatever is made of such parts is safe too', async (t) => {
  const part = fc.oneof(
    fc.constantFrom(...hostile, '[', '](', ')', '<', '>', '"', '`', '\n', '![', '&#', '|', '> '),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => isSafe(html(parts.join('')))),
    { numRuns: 500 },
  )
  t.end()
})

t.test('what an author means is shown', async (t) => {
  t.match(html('# A\n\n**b** `c`\n\n|x|y|\n|-|-|\n|1|2|'), /<h1>A<\/h1>.*<strong>b.*<table>/s)
  t.match(html('![A picture](a.png)'), '<img src="/files/docs/a.png" alt="A picture"')
  t.match(html('[more](b.md) and [the start](../README.md)'), 'href="/files/docs/b.md"')
  t.match(html('[gone](c.md)'), '<span>gone</span>')
  t.match(html('[there](https://example.com/a?b=c)'), 'href="https://example.com/a?b=c"')
  t.notMatch(html('abc\u202egnp.exe'), '\u202e', 'nothing turns the reading round')
})

t.test('deep nesting ends, and long texts are made within a moment', async (t) => {
  for (const bomb of [
    '> ',
    '[',
    '*',
    '_a_ ',
    '`',
    '- ',
    '![',
    '<',
    '(',
    '&',
    '\\',
    '|',
    '~~',
    '1. ',
  ]) {
    const made = html(bomb.repeat(Math.floor(2000 / bomb.length)))
    t.ok(isSafe(made), bomb)
  }
})

t.test(
  'a text that takes too long is shown as it is written, and the next one is rendered',
  async (t) => {
    const impatient = new MarkdownRenderer(0)
    t.teardown(() => impatient.close())
    t.equal(await impatient.render('one', '# <a>', place), '<pre># &lt;a&gt;</pre>')
    const patient = new MarkdownRenderer(60_000)
    t.teardown(() => patient.close())
    const texts = ['# a', '# b', '# c']
    const made = await Promise.all(texts.map((text) => patient.render(text, text, place)))
    t.same(made, ['<h1>a</h1>\n', '<h1>b</h1>\n', '<h1>c</h1>\n'])
  },
)
