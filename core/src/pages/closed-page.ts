import type { Language } from '@signalbox/sdk/errors'
import { selfContainedPolicy } from '../gateway/own-page.ts'

/** Why somebody does not see a page that is there. */
export type Closed = 'not-enabled' | 'not-ready'

const texts = {
  en: {
    'not-enabled': ['Not in use here', 'Your company does not use this page. Ask its admin.'],
    'not-ready': ['Not ready', 'This page cannot be shown right now. Try again in a moment.'],
    out: 'Sign out',
    failed: 'The host does not answer.',
  },
  'zh-CN': {
    'not-enabled': ['未启用', '贵公司未启用此页面，请联系管理员。'],
    'not-ready': ['尚未就绪', '此页面暂时无法显示，请稍后重试。'],
    out: '退出登录',
    failed: '主机没有响应。',
  },
} as const

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:16vh auto;padding:0 1rem}' +
  'button{font:inherit;padding:.4rem 1.2rem}'

/** Whoever came by no cookie has nothing to end. */
const script = `
const out = document.querySelector('button'), said = document.querySelector('[role=status]')
async function ask(path, wish) {
  const answer = await fetch(path, wish)
  if (!answer.ok) throw new Error(path)
  return answer.status === 204 ? {} : answer.json()
}
out.addEventListener('click', async () => {
  try {
    const { csrfToken } = await ask('/v1/me')
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
    const { url } = await ask('/v1/me/sign-out', { method: 'POST', body: '{}', headers })
    location.assign(url ?? '/sign-in')
  } catch {
    said.textContent = out.dataset.failed
  }
})
`

export const closedPolicy = selfContainedPolicy({ style, script })

export function closedPage(why: Closed, language: Language): string {
  const text = texts[language]
  const [title, sentence] = text[why]
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1><p>${sentence}</p><button type="button" data-failed="${text.failed}">${text.out}</button>
<p role="status"></p><script>${script}</script></body></html>`
}
