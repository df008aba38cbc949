import t from 'tap'
import { CLIENT, OTHER, SECRET } from '../support/identity-provider.ts'
import {
  account,
  ofMain,
  origin,
  provider,
  put,
  reasons,
  signedIn,
  unsigned,
  Visit,
} from '../support/single-sign-on.ts'

await put({ clientSecret: SECRET })
provider.accounts.set('ann', account('ann'))

t.test(
  'a state is good once, in the browser that began, at the connection that it was for',
  async (t) => {
    provider.who = 'ann'
    const invalid = 'failed=CORE_SSO_FLOW_INVALID'
    const visit = new Visit()
    const back = await visit.atProvider.follow((await visit.begin()).href)
    const thief = new Visit()
    await thief.begin()
    t.equal(await thief.comeBack(back), invalid, 'another browser')
    t.equal(await visit.comeBack(back), invalid, 'and it is used up')
    const second = new Visit()
    const forged = await second.atProvider.follow((await second.begin()).href)
    forged.searchParams.set('state', 'x'.repeat(43))
    t.equal(await second.comeBack(forged), invalid)
    const third = new Visit()
    const right = await third.atProvider.follow((await third.begin()).href)
    t.equal(await third.comeBack(right), 'in')
    t.equal(await third.comeBack(right), invalid, 'the same answer again')
    const fourth = new Visit()
    const other = await fourth.atProvider.follow((await fourth.begin()).href)
    other.pathname = '/v1/sign-in/sso/acme/second/callback'
    t.equal(await fourth.comeBack(other), invalid, 'another connection')
    const fifth = new Visit()
    await fifth.begin()
    const bare = new URL(`${origin}${ofMain}/callback`)
    t.equal(await fifth.comeBack(bare), invalid, 'nothing')
  },
)

type Change = (url: URL) => void

/** Signs in with something changed on the way there or back. */
async function changed(there: Change, back: Change = () => undefined): Promise<string> {
  provider.who = 'ann'
  const visit = new Visit()
  const url = await visit.begin()
  there(url)
  const answer = await visit.atProvider.follow(url.href)
  back(answer)
  return visit.comeBack(answer)
}

const asIs = () => undefined
const refused = 'failed=CORE_SSO_REFUSED'

t.test('an answer that was made for something else proves nobody', async (t) => {
  t.equal(await changed((url) => url.searchParams.set('nonce', 'of another sign-in')), refused)
  t.equal(await changed((url) => url.searchParams.set('code_challenge', 'A'.repeat(43))), refused)
  t.equal(
    await changed((url) => url.searchParams.set('client_id', OTHER)),
    refused,
    'a code of another client',
  )
  t.equal(
    await changed(asIs, (url) => url.searchParams.set('iss', 'https://evil.example')),
    refused,
  )
  t.equal(
    await changed(asIs, (url) => url.searchParams.delete('iss')),
    refused,
    'it always says it',
  )
  t.equal(await changed(asIs, (url) => url.searchParams.append('code', 'twice')), refused)
  const first = new Visit()
  const used = await first.atProvider.follow((await first.begin()).href)
  t.equal(await first.comeBack(used), 'in')
  const replayed = await changed(asIs, (url) =>
    url.searchParams.set('code', used.searchParams.get('code') ?? ''),
  )
  t.equal(replayed, refused, 'a code is redeemed once')
  const denied = await changed(asIs, (url) => {
    url.searchParams.delete('code')
    url.searchParams.set('error', 'access_denied')
    url.searchParams.set('error_description', '<script>')
  })
  t.equal(denied, refused)
  const told = await reasons()
  for (const reason of ['OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'invalid_grant', 'access_denied']) {
    t.ok(told.includes(`CORE_SSO_REFUSED ${reason}`), reason)
  }
})

/** The token endpoint answers this instead of its own ID token. */
async function withToken(
  make: (claims: Record<string, unknown>) => Promise<string>,
): Promise<string> {
  provider.tamper = async (answer) => {
    const [, payload = ''] = String(answer.id_token).split('.')
    answer.id_token = await make(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  }
  const visit = await signedIn('ann')
  provider.tamper = undefined
  return visit.how
}

t.test('an ID token is looked at as if it came from anywhere', async (t) => {
  const past = Math.floor(Date.now() / 1000) - 3600
  const odd: Readonly<Record<string, (claims: Record<string, unknown>) => Promise<string>>> = {
    'of another client': (claims) => provider.sign({ ...claims, aud: OTHER }),
    'of another client, too': (claims) =>
      provider.sign({ ...claims, aud: [CLIENT, OTHER], azp: OTHER }),
    'of another issuer': (claims) => provider.sign({ ...claims, iss: 'https://evil.example' }),
    'of another sign-in': (claims) => provider.sign({ ...claims, nonce: 'x'.repeat(43) }),
    'without a nonce': ({ nonce: _, ...claims }) => provider.sign(claims),
    'of yesterday': (claims) => provider.sign({ ...claims, iat: past - 60, exp: past }),
    'of nobody': ({ sub: _, ...claims }) => provider.sign(claims),
    'of another than userinfo': (claims) => provider.sign({ ...claims, sub: 'root' }),
    'with a signature of nobody': async (claims) =>
      `${(await provider.sign(claims)).slice(0, -20)}${'A'.repeat(20)}`,
    'without a signature': async (claims) => `${unsigned(claims, 'none')}.`,
    'signed by the public key': async (claims) => `${unsigned(claims, 'HS256')}.${'A'.repeat(43)}`,
  }
  for (const [what, make] of Object.entries(odd)) t.equal(await withToken(make), refused, what)
  t.equal(await withToken((claims) => provider.sign(claims)), 'in', 'as it is')
})
