import t from 'tap'
import { readClientRequest } from '../../src/oauth/client-request.ts'
import { OAuthRefusal } from '../../src/oauth/oauth-refusal.ts'
import { grantedScopes } from '../../src/oauth/scope.ts'

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

const codeOf = (form: string, authorization?: string) => {
  try {
    readClientRequest(form, authorization)
    return 'taken'
  } catch (error) {
    return error instanceof OAuthRefusal ? error.code : 'a bug'
  }
}

t.test('a client names itself in the header or in the form', async (t) => {
  const form = 'grant_type=client_credentials&scope=a+b&empty='
  const expected = { clientId: 'sub_1', clientSecret: 'a:b c%' }
  const byHeader = readClientRequest(form, basic('sub_1', 'a:b c%'))
  t.match(byHeader, expected)
  t.strictSame(
    [...byHeader.parameters],
    [
      ['grant_type', 'client_credentials'],
      ['scope', 'a b'],
    ],
  )
  t.match(
    readClientRequest(`${form}&client_id=sub_1&client_secret=a%3Ab+c%25`, undefined),
    expected,
  )
})

t.test('what RFC 6749 forbids is refused in its words', async (t) => {
  t.equal(codeOf('grant_type=x'), 'invalid_client')
  t.equal(codeOf('client_id=sub_1'), 'invalid_client')
  t.equal(codeOf('client_id=a&client_secret=b&scope=x&scope=y'), 'invalid_request', 'twice')
  t.equal(codeOf('client_id=a&client_secret=b', basic('a', 'b')), 'invalid_request', 'two ways')
  t.equal(codeOf('client_id=other', basic('a', 'b')), 'invalid_request', 'two names')
  t.equal(codeOf('client_id=a', basic('a', 'b')), 'taken')
  for (const header of [
    'Basic',
    'Basic !!',
    'Bearer x',
    `Basic ${btoa('nocolon')}`,
    `Basic ${btoa('a:%zz')}`,
  ]) {
    t.equal(codeOf('', header), 'invalid_client', header)
  }
})

t.test('what a refusal says fits into its header and its body', async (t) => {
  const { body } = new OAuthRefusal('invalid_request', 'a "quoted" \\ 文字\n')
  t.match(body.error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
})

t.test('a token is held to what was asked for, within what is subscribed to', async (t) => {
  const offered = new Set(['find', 'list', 'drop'])
  t.equal(grantedScopes(undefined, null, offered), undefined)
  t.strictSame(grantedScopes(undefined, ['find'], offered), ['find'])
  t.strictSame(grantedScopes('list find list', null, offered), ['list', 'find'])
  t.equal(grantedScopes('list', ['find'], offered), 'invalid')
  t.equal(grantedScopes('gone', null, offered), 'invalid')
  for (const wrong of ['', ' find', 'find  list', 'find"', '__proto__', 'FIND']) {
    t.equal(grantedScopes(wrong, null, offered), 'invalid', wrong)
  }
})
