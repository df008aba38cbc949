import type { Language } from '@signalbox/sdk/errors'
import { inScript } from '../../gateway/own-page.ts'
import { serviceTexts } from './service-texts.ts'

interface Shown {
  /** As its schema lets it through: letters, digits, dots and hyphens. */
  readonly id: string
  readonly language: Language
  readonly nonce: string
}

/** The page of a service, without anything of the service: the script asks for that as whoever looks at it. */
export function serviceHtml({ id, language, nonce }: Shown): string {
  const text = serviceTexts[language]
  const levelHeads = [text.level, text.promised, ...Object.values(text.windows)]
  const heads = [text.plan, text.rate, text.quota, text.price, text.approval]
  return `<!doctype html>
<html lang="${language}" data-id="${id}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${id} · Signalbox</title>
<link rel="stylesheet" href="/catalog/page/service.css" nonce="${nonce}">
<script type="application/json" id="texts" nonce="${nonce}">${inScript(text)}</script>
<script type="module" src="/catalog/page/service.js" nonce="${nonce}"></script>
</head>
<body>
<nav><a href="/docs">${text.reference}</a> <a href="?lang=en" lang="en">English</a> <a href="?lang=zh-CN" lang="zh-CN">中文</a></nav>
<main>
<noscript>${text.noScript}</noscript>
<p id="notice" role="status" hidden></p>
<form id="login" hidden>
<label for="key">${text.key}</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" required>
<button type="submit">${text.open}</button>
<p>${text.keyKept}</p>
<p id="sign-in"><a href="/sign-in#next=/catalog/${id}">${text.signIn}</a></p>
</form>
<button type="button" id="forget" hidden>${text.forget}</button>
<article id="service" hidden>
<h1 id="title">${id}</h1>
<p><code>${id}</code> <label>${text.major} <select id="majors"></select></label></p>
<p id="deprecation" hidden></p>
<p id="description"></p>
<dl id="facts"></dl>
<section id="levels-part">
<h2>${text.levels}</h2>
<p>${text.levelsOf}</p>
<table><thead><tr>${levelHeads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody id="levels"></tbody></table>
</section>
<h2>${text.documents}</h2>
<ul id="documents"></ul>
<h2>${text.plans}</h2>
<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody id="plans"></tbody></table>
<h2>${text.operations}</h2>
<section id="operations"></section>
<h2>${text.changes}</h2>
<ul id="changes"></ul>
</article>
<template id="operation">
<article>
<h3 data-part="name"></h3>
<p data-part="summary"></p>
<p data-part="effect"></p>
<details><summary>${text.schemas}</summary><pre data-part="schemas"></pre></details>
<form data-part="form">
<label>${text.example} <select data-part="example"></select></label>
<label>${text.input}<textarea data-part="input" rows="8" spellcheck="false"></textarea></label>
<button type="submit" data-part="go">${text.call}</button>
</form>
<pre data-part="answer" aria-live="polite" hidden></pre>
<details><summary>curl</summary><pre data-part="curl"></pre></details>
<details><summary>TypeScript</summary><pre data-part="typescript"></pre></details>
</article>
</template>
</main>
</body>
</html>`
}
