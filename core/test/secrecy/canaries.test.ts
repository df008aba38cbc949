import t from 'tap'
import { formsIn, formsOf, makeCanary, makeOddCanary } from '../support/canaries.ts'

const around = (text: string) => [text, `x${text}yz`, `xy${text}z`, `xyz${text}`]

t.test('a canary is found in every form, wherever in a text it begins', async (t) => {
  const canary = makeOddCanary('key')
  const written: Readonly<Record<string, (text: string) => string | Buffer>> = {
    plain: (text) => text,
    hex: (text) => Buffer.from(text).toString('hex'),
    HEX: (text) => Buffer.from(text).toString('hex').toUpperCase(),
    base64: (text) => Buffer.from(text).toString('base64'),
    base64url: (text) => Buffer.from(text).toString('base64url'),
    url: encodeURIComponent,
    json: (text) => JSON.stringify(text),
    'json/2': (text) => JSON.stringify(JSON.stringify(text)),
    utf16le: (text) => Buffer.from(text, 'utf16le'),
  }
  for (const [form, write] of Object.entries(written)) {
    for (const text of around(canary)) {
      const found = formsIn(Buffer.from(write(text) as string), canary)
      t.ok(found.length > 0, `${form} of ${text.length} characters`)
    }
  }
})

t.test('bytes are found as they are, and written', async (t) => {
  const key = Buffer.from('00ff10fe7f80c0a1b2c3d4e5f60718293a4b5c6d7e8f9001', 'hex')
  t.strictSame(formsIn(Buffer.concat([Buffer.from('x'), key]), key), ['plain'])
  t.strictSame(formsIn(Buffer.from(key.toString('hex')), key), ['hex'])
  t.match(formsIn(Buffer.from(Buffer.concat([Buffer.from('ab'), key]).toString('base64')), key), [
    /^base64/,
  ])
})

t.test('what is not there is not found', async (t) => {
  const [one, other] = [makeCanary('key'), makeCanary('key')]
  t.strictSame(formsIn(Buffer.from(one), other), [])
  t.ok(formsOf(one).size > 6)
})
