import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { MarkdownRenderer, startWorker } from '../../src/listing/markdown/markdown-renderer.ts'
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

t.test('no text of 64 KiB makes more than sixteen times of itself', async (t) => {
  const half = 'x'.repeat(32_000)
  for (const [what, text] of Object.entries({
    'one long address, referred to often': `[a]: https://e.example/${half}\n\n${'[a] '.repeat(8000)}`,
    'a shorter one': `[a]: https://e.example/${'x'.repeat(1500)}\n\n${'[a] '.repeat(15_000)}`,
    'one long title': `[a]: https://e.example "${'&'.repeat(32_000)}"\n\n${'[a] '.repeat(8000)}`,
    'one picture': `[a]: a.png "${half}"\n\n${'![a] '.repeat(6400)}`,
    'a wide table': `${'|a'.repeat(10_000)}\n${'|-'.repeat(10_000)}\n${'a\n'.repeat(10_000)}`,
    'signs that are written as five': '"'.repeat(65_536),
  })) {
    const made = html(text)
    t.ok(made.length < 16 * 65_536, `${what}: ${made.length}`)
    t.ok(isSafe(made), what)
  }
})

t.test('of long texts, too, no more is kept than was said, and none is lost', async (t) => {
  const renderer = new MarkdownRenderer(60_000)
  t.teardown(() => renderer.close())
  const long = '"'.repeat(65_536)
  for (let text = 0; text < 40; text++) {
    const made = await renderer.render(`${text}`, `${text} ${long}`, place)
    t.equal(made.length, `<p>${text} ${'&quot;'.repeat(65_536)}</p>\n`.length)
  }
  t.match(await renderer.render('0', 'as it was', place), 'as it was', 'the oldest was let go')
  t.match(await renderer.render('39', 'as it was', place), '&quot;', 'the newest was not')
})

t.test('a text that took too long holds up nobody for a minute', async (t) => {
  let now = 0
  let threads = 0
  const counted = () => {
    threads++
    return startWorker()
  }
  const renderer = new MarkdownRenderer(0, () => now, counted)
  t.teardown(() => renderer.close())
  await renderer.render('one', '# a', place)
  t.equal(threads, 1)
  for (let asked = 0; asked < 1000; asked++) await renderer.render('one', '# a', place)
  t.equal(threads, 1, 'no thread was started for any of them')
  now = 60_001
  t.equal(await renderer.render('one', '# a', place), '<pre># a</pre>')
  t.equal(threads, 2, 'and it is tried again')
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
