import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Every sentence in both languages; the browser chooses. */
const texts = {
  en: {
    title: 'Sign in',
    choose: 'Choose a password',
    tenant: 'Company',
    login: 'Login',
    password: 'Password',
    code: 'Code of the app, or a recovery code',
    go: 'Go on',
    in: 'You are signed in.',
    set: 'The password is set. Sign in with it.',
    failed: 'The host does not answer.',
  },
  'zh-CN': {
    title: '登录',
    choose: '设置密码',
    tenant: '租户',
    login: '登录名',
    password: '密码',
    code: '验证器应用的验证码，或恢复码',
    go: '继续',
    in: '您已登录。',
    set: '密码已设置，请使用新密码登录。',
    failed: '主机没有响应。',
  },
} as const

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}' +
  'label{display:block;margin:.75rem 0}input{width:100%;font:inherit;padding:.4rem;box-sizing:border-box}' +
  'button{font:inherit;padding:.4rem 1.2rem}#said{min-height:3rem}'

/** The ticket of a link stands behind the #, and leaves the address bar as soon as it is read. */
const script = `
const texts = ${JSON.stringify(texts)}
const language = navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
const text = texts[language]
document.documentElement.lang = language
const form = document.forms[0], said = document.getElementById('said')
const [, purpose, given] = /^#(invitation|reset)=([\\w-]+)$/.exec(location.hash) ?? []
history.replaceState(null, '', location.pathname)
let ticket = given, step = given ? 'choose' : 'sign-in'
function show() {
  const fields = { 'sign-in': ['tenant', 'login', 'password'], code: ['code'], choose: ['password'], done: [] }[step]
  document.title = document.querySelector('h1').textContent = step === 'choose' ? text.choose : text.title
  form.hidden = fields.length === 0
  form.replaceChildren(...fields.map((name) => {
    const label = document.createElement('label'), input = document.createElement('input')
    input.name = name
    input.required = true
    input.type = name === 'password' ? 'password' : 'text'
    input.autocomplete = { tenant: 'organization', login: 'username', code: 'one-time-code' }[name] ??
      (step === 'choose' ? 'new-password' : 'current-password')
    label.append(text[name], input)
    return label
  }), Object.assign(document.createElement('button'), { textContent: text.go }))
  form.querySelector('input')?.focus()
}
const paths = { 'sign-in': '', code: '/code', choose: purpose === 'reset' ? '/reset:confirm' : '/invitation' }
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = { ...Object.fromEntries(new FormData(form)), ...(ticket ? { ticket } : {}) }
  said.textContent = ''
  try {
    const answer = await fetch('/v1/sign-in' + paths[step], {
      method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'accept-language': language },
    })
    const told = answer.status === 204 ? {} : await answer.json()
    if (!answer.ok) said.textContent = [told.title, told.detail].join(' ')
    else if (step === 'choose') { said.textContent = text.set; ticket = undefined; step = 'sign-in'; show() }
    else if (told.next === 'code') { ticket = told.ticket; step = 'code'; show() }
    else { said.textContent = text.in; step = 'done'; show() }
  } catch { said.textContent = text.failed }
})
show()
`

const page = `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title></title><style>${style}</style></head><body><h1></h1><p id="said" role="status"></p><form></form>
<script>${script}</script></body></html>`

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing but what stands in it is run, and nobody frames it. */
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** Where links lead, and where whoever has no console signs in. */
export function signInPage(app: FastifyInstance): void {
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
        .send(page),
  )
}
