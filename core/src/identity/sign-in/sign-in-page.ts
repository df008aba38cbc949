import type { FastifyInstance } from 'fastify'
import { selfContainedPolicy } from '../../gateway/own-page.ts'
import { identityErrors } from '../identity-errors.ts'
import { ssoErrors } from '../sso/sso-errors.ts'
import { ownPath } from './own-path.ts'

/** Pages of this host, where whoever has signed in may go on. */
export type HostPages = () => readonly {
  readonly path: string
  /** By language; English is always there. */
  readonly title: Readonly<Record<string, string>>
}[]

/** A list of links is for choosing from at a glance. */
const MAX_PAGES = 20

/** Every sentence in both languages; the browser chooses. */
const texts = {
  en: {
    title: 'Sign in',
    choose: 'Choose a password',
    tenant: 'Company',
    login: 'Login',
    password: 'Password',
    code: 'Code of the app, or a recovery code',
    name: 'Name of this device',
    go: 'Go on',
    passkey: 'Sign in with a passkey',
    sso: "Sign in through the company's provider",
    operator: 'Sign in as the operator',
    token: "Operator's token",
    user: 'Sign in with a login',
    add: 'Add a passkey',
    totp: 'Add an authenticator app',
    open: 'Open it in an app on this device',
    key: 'Or type this key into the app:',
    codes:
      'From now on a code of the app is asked for. Keep these recovery codes: each lets you in once without the app, and they are not shown again.',
    kept: 'I have kept them',
    back: 'Not now',
    out: 'Sign out',
    in: 'You are signed in.',
    set: 'The password is set. Sign in with it.',
    added: 'The passkey is added.',
    noSso: 'This company has no provider here.',
    noTenant: 'Type the company first.',
    stopped: 'The passkey was not used.',
    failed: 'The host does not answer.',
  },
  'zh-CN': {
    title: '登录',
    choose: '设置密码',
    tenant: '租户',
    login: '登录名',
    password: '密码',
    code: '验证器应用的验证码，或恢复码',
    name: '此设备的名称',
    go: '继续',
    passkey: '使用通行密钥登录',
    sso: '通过公司身份提供方登录',
    operator: '以运营者身份登录',
    token: '运营者令牌',
    user: '使用登录名登录',
    add: '添加通行密钥',
    totp: '添加验证器应用',
    open: '在本设备的应用中打开',
    key: '或在应用中输入此密钥：',
    codes:
      '今后登录时将要求输入应用的验证码。请保存这些恢复码：每个可在没有应用时登录一次，且不会再次显示。',
    kept: '我已保存',
    back: '暂不添加',
    out: '退出登录',
    in: '您已登录。',
    set: '密码已设置，请使用新密码登录。',
    added: '通行密钥已添加。',
    noSso: '该租户在此没有身份提供方。',
    noTenant: '请先输入租户。',
    stopped: '未使用通行密钥。',
    failed: '主机没有响应。',
  },
} as const

/** What the way back from a provider may end with; the address has its code alone. */
const failures = { ...ssoErrors, ...identityErrors }

const failureTexts = (language: 'en' | 'zh-CN') =>
  Object.fromEntries(
    (Object.keys(ssoErrors) as (keyof typeof failures)[])
      .concat('SIGN_IN_REFUSED')
      .map((code) => [
        `CORE_${code}`,
        `${failures[code].message[language]} ${failures[code].cure[language]}`,
      ])
      .filter(([, text]) => text?.includes('{') === false),
  )

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}' +
  'label{display:block;margin:.75rem 0}input{width:100%;font:inherit;padding:.4rem;box-sizing:border-box}' +
  'button{font:inherit;padding:.4rem 1.2rem;margin:.25rem 0}#said{min-height:3rem}#more button{display:block;width:100%}' +
  'li{margin:.5rem 0}'

/** What stands behind the # leaves the address bar as soon as it is read: it may be a ticket. */
const script = `
const texts = ${JSON.stringify(texts)}
const failures = ${JSON.stringify({ en: failureTexts('en'), 'zh-CN': failureTexts('zh-CN') })}
const language = navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
const text = texts[language]
document.documentElement.lang = language
const form = document.forms[0], said = document.getElementById('said'), more = document.getElementById('more')
const pages = JSON.parse(document.getElementById('pages').textContent)
const [, purpose, given] = /^#(?:(invitation|reset|code|failed|in|sso)(?:=([\\w./-]+))?|(next)=(.+))$/.exec(location.hash)?.filter((one) => one !== undefined) ?? []
history.replaceState(null, '', location.pathname)
const isLink = purpose === 'invitation' || purpose === 'reset'
let ticket = isLink || purpose === 'code' ? given : undefined
let step = isLink ? 'choose' : purpose === 'code' || purpose === 'in' ? purpose : 'sign-in'
let csrf, isOperator = false
// Kept in the tab, since the way may lead through a provider.
if (purpose === 'next') sessionStorage.setItem('next', given)
const hasPasskeys = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function'
${ownPath.toString()}
/** A page of the host that sent somebody here; never anything that an address made up. */
function goBack() {
  const next = ownPath(sessionStorage.getItem('next') ?? '', location.origin)
  sessionStorage.removeItem('next')
  if (next === undefined) return false
  location.replace(next)
  return true
}
function show() {
  if (step === 'in' && goBack()) return
  const fields = { 'sign-in': ['tenant', 'login', 'password'], code: ['code'], operator: ['token'], choose: ['password'], in: ['name'], totp: ['code'], codes: [] }[step]
  document.title = document.querySelector('h1').textContent = { choose: text.choose, totp: text.totp, codes: text.totp }[step] ?? text.title
  form.hidden = step === 'codes' || (step === 'in' && (isOperator || !hasPasskeys))
  form.replaceChildren(...fields.map((name) => {
    const label = document.createElement('label'), input = document.createElement('input')
    input.name = name
    input.required = true
    input.type = name === 'password' || name === 'token' ? 'password' : 'text'
    input.autocomplete = { tenant: 'organization', login: 'username', code: 'one-time-code', name: 'off', token: 'off' }[name] ??
      (step === 'choose' ? 'new-password' : 'current-password')
    label.append(text[name], input)
    return label
  }), Object.assign(document.createElement('button'), { textContent: step === 'in' ? text.add : text.go }))
  more.replaceChildren()
  if (step === 'sign-in') {
    if (hasPasskeys) offer(text.passkey, byPasskey)
    offer(text.sso, bySso)
    offer(text.operator, () => go('operator'))
  }
  if (step === 'operator') offer(text.user, () => go('sign-in'))
  if (step === 'in') {
    said.textContent = text.in
    showPages()
    if (!isOperator) offer(text.totp, beginTotp)
    offer(text.out, signOut)
  }
  form.querySelector('input')?.focus()
}
function showPages() {
  if (pages.length === 0) return
  const list = document.createElement('ul')
  list.append(...pages.map(({ path, title }) => {
    const item = document.createElement('li')
    item.append(element('a', { href: path, textContent: title[language] ?? title.en }))
    return item
  }))
  more.append(list)
}
function offer(label, action) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label })
  button.addEventListener('click', () => tried(action))
  more.append(button)
}
async function tried(action) {
  said.textContent = ''
  try { await action() } catch (error) {
    said.textContent = error.told ?? (error instanceof DOMException ? text.stopped : text.failed)
  }
}
async function ask(path, body) {
  const answer = await fetch(path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }), 'accept-language': language,
    },
  })
  const told = answer.status === 204 ? {} : await answer.json()
  if (!answer.ok) throw { told: [told.title, told.detail].join(' ') }
  return told
}
async function byPasskey() {
  const options = await ask('/v1/sign-in/passkey:begin', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const made = await navigator.credentials.get({ publicKey })
  arrived(await ask('/v1/sign-in/passkey', { response: made.toJSON() }))
}
async function addPasskey(name) {
  csrf ??= (await ask('/v1/me')).csrfToken
  const options = await ask('/v1/me/passkeys:begin', {})
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const made = await navigator.credentials.create({ publicKey })
  await ask('/v1/me/passkeys', { name, response: made.toJSON() })
  said.textContent = text.added
}
function element(name, properties) { return Object.assign(document.createElement(name), properties) }
function go(to) { step = to; show() }
function goIn() { go('in') }
async function beginTotp() {
  csrf ??= (await ask('/v1/me')).csrfToken
  const { uri } = await ask('/v1/me/totp', {})
  step = 'totp'
  show()
  const key = new URL(uri).searchParams.get('secret') ?? ''
  more.append(
    element('a', { href: uri, textContent: text.open }),
    element('p', { textContent: text.key }),
    element('code', { textContent: key.replace(/.{4}(?=.)/g, '$& ') }),
  )
  offer(text.back, goIn)
}
async function confirmTotp(code) {
  const { recoveryCodes } = await ask('/v1/me/totp:confirm', { code: code.replace(/ /g, '') })
  step = 'codes'
  show()
  said.textContent = text.codes
  more.append(element('pre', { textContent: recoveryCodes.join('\\n') }))
  offer(text.kept, goIn)
}
async function bySso() {
  const tenant = form.elements.tenant.value.trim()
  if (tenant === '') { said.textContent = text.noTenant; return }
  const { sso } = await ask('/v1/sign-in/methods?tenant=' + encodeURIComponent(tenant))
  if (sso.length === 0) said.textContent = text.noSso
  else if (sso.length === 1) await leave(tenant, sso[0].id)
  else {
    more.replaceChildren()
    for (const { id, name } of sso) offer(name, () => leave(tenant, id))
  }
}
async function leave(tenant, connection) {
  location.assign((await ask('/v1/sign-in/sso', { tenant, connection })).url)
}
async function signOut() {
  csrf ??= (await ask('/v1/me')).csrfToken
  const told = await ask('/v1/me/sign-out', {})
  csrf = undefined
  isOperator = false
  go('sign-in')
  // The provider has a session of its own.
  if (told.url) location.assign(told.url)
}
function arrived(told) {
  if (told.next === 'code') { ticket = told.ticket; step = 'code' }
  else { csrf = told.csrfToken; isOperator = told.kind === 'operator'; step = 'in' }
  show()
}
const paths = { 'sign-in': '', operator: '/operator', code: '/code', choose: purpose === 'reset' ? '/reset:confirm' : '/invitation' }
form.addEventListener('submit', (event) => {
  event.preventDefault()
  const typed = Object.fromEntries(new FormData(form))
  void tried(async () => {
    if (step === 'in') return addPasskey(typed.name)
    if (step === 'totp') return confirmTotp(typed.code)
    const told = await ask('/v1/sign-in' + paths[step], { ...typed, ...(ticket ? { ticket } : {}) })
    if (step !== 'choose') return arrived(told)
    ticket = undefined
    step = 'sign-in'
    show()
    said.textContent = text.set
  })
})
show()
if (purpose === 'failed') said.textContent = failures[language][given] ?? text.failed
if (purpose === 'sso' && given) void tried(() => leave(...given.split('/', 2)))
`

/** No element ends within a script, whatever a title says. */
const dataOf = (pages: ReturnType<HostPages>) =>
  JSON.stringify(pages.slice(0, MAX_PAGES)).replaceAll('<', '\\u003c')

const pageWith = (
  pages: ReturnType<HostPages>,
) => `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title></title><style>${style}</style></head><body><h1></h1><p id="said" role="status"></p><form></form><div id="more"></div>
<script type="application/json" id="pages">${dataOf(pages)}</script><script>${script}</script></body></html>`

const policy = selfContainedPolicy({ style, script })

/** Where links lead, and where whoever has no console signs in. */
export function signInPage(app: FastifyInstance, pages: HostPages): void {
  app.get(
    '/sign-in',
    {
      config: { action: 'sign_in.use' },
      schema: {
        tags: ['sign-in'],
        summary: 'A page to sign in, accept an invitation or set a password',
      },
    },
    async (_request, reply) =>
      reply
        .header('content-security-policy', policy)
        .header('referrer-policy', 'no-referrer')
        .header('x-content-type-options', 'nosniff')
        .type('text/html; charset=utf-8')
        .send(pageWith(pages())),
  )
}
