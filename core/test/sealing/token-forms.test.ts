import t from 'tap'
import { withoutTokens } from '../../src/sealing/token-forms.ts'

const body = 'Ab-_'.repeat(11).slice(0, 43)
const tokens = [
  `dsk_${'0a'.repeat(10)}_${body}`,
  `sba_${body}`,
  `sbm_${body}`,
  `sbu_${body}`,
  `sbs_${body}`,
  `dss_${'0a'.repeat(10)}_${body}`,
  `eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.ey${body}.${body}`,
  `lnk_${body}`,
  `whsec_${'aB+/'.repeat(10)}aB+=`,
]

t.test('every token that this host makes is taken out of a text, wherever it stands', async (t) => {
  for (const token of tokens) {
    const shown = withoutTokens(
      JSON.stringify({ msg: `a\n${token}\nx${token}.`, url: `/${token}` }),
    )
    t.notMatch(shown, /Ab-_|aB\+/, token)
    t.strictSame(Object.keys(JSON.parse(shown)), ['msg', 'url'], 'a line of JSON stays one')
  }
})

t.test('no text, however it is made, takes longer than its length', async (t) => {
  const part = `ey${body}`
  const texts = ['ey', 'ey.', 'sba', 'dsk_', 'whsec', 'lnk', `${part}.`, `${part}..`, `.${part}`]
  for (const one of texts) {
    const text = one.repeat(Math.ceil(1_000_000 / one.length))
    const began = process.cpuUsage()
    withoutTokens(text)
    const { user } = process.cpuUsage(began)
    // What is not linear takes minutes for a million letters.
    t.ok(user < 5_000_000, `${one}: ${user} µs`)
  }
})

t.test('of words between dots those are a JWT that are one', async (t) => {
  const claims = `ey${body}`
  const shown = withoutTokens(`a.${claims}.${claims}.${body} ${claims}.${body}`)
  t.equal(shown, `a.${claims}⟦a token⟧ ${claims}.${body}`)
})

t.test('what is no token stays', async (t) => {
  const text =
    'sha256:0123456789abcdef npm_config_cache link_0123456789abcdef0123456789ab lnk_short'
  t.equal(withoutTokens(text), text)
})
