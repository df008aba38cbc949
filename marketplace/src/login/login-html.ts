import type { Language } from '@signalbox/sdk/errors'

const texts = {
  en: {
    title: 'Log npm in',
    asks: 'This program asks to publish in your name:',
    program: 'Program',
    address: 'Address',
    since: 'Asked',
    warning: 'Go on only if you have started npm login yourself just now.',
    name: 'Publisher',
    password: 'Password',
    confirm: 'Log it in',
    done: 'npm is logged in. You can close this page.',
    gone: 'This login is unknown, used up or over. Run npm login again.',
    failed: 'The host does not answer. Try again.',
    noScript: 'This page needs JavaScript. Or run: npm login --auth-type=legacy',
  },
  'zh-CN': {
    title: '登录 npm',
    asks: '以下程序请求以您的名义发布：',
    program: '程序',
    address: '地址',
    since: '请求时间',
    warning: '仅当您刚刚亲自运行了 npm login 时才继续。',
    name: '发布者',
    password: '密码',
    confirm: '确认登录',
    done: 'npm 已登录，可以关闭此页面。',
    gone: '此登录未知、已使用或已过期。请重新运行 npm login。',
    failed: '主机没有响应，请重试。',
    noScript: '此页面需要 JavaScript。或运行：npm login --auth-type=legacy',
  },
} as const

/** The page without anything of a login: its script reads the code from the address, and asks what it is about. */
export function loginHtml({ language, nonce }: { language: Language; nonce: string }): string {
  const text = texts[language]
  const said = { done: text.done, gone: text.gone, failed: text.failed }
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · Signalbox</title>
<link rel="stylesheet" href="login/login.css" nonce="${nonce}">
<script type="application/json" id="texts" nonce="${nonce}">${JSON.stringify(said)}</script>
<script type="module" src="login/login.js" nonce="${nonce}"></script>
</head>
<body>
<main>
<h1>${text.title}</h1>
<noscript>${text.noScript}</noscript>
<p id="said" role="status" hidden></p>
<form id="login" hidden>
<p>${text.asks}</p>
<dl><dt>${text.program}</dt><dd id="client"></dd><dt>${text.address}</dt><dd id="address"></dd><dt>${text.since}</dt><dd id="since"></dd></dl>
<p><strong>${text.warning}</strong></p>
<label>${text.name} <input id="name" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
<label>${text.password} <input id="password" type="password" autocomplete="current-password" required></label>
<button type="submit">${text.confirm}</button>
</form>
</main>
</body>
</html>`
}
