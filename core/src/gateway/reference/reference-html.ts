import type { Language } from '@signalbox/sdk/errors'
import { inScript } from '../own-page.ts'
import { referenceTexts } from './reference-texts.ts'

/** The page without the API in it: its script reads /openapi.json. */
export function referenceHtml({
  language,
  nonce,
}: {
  readonly language: Language
  readonly nonce: string
}): string {
  const text = referenceTexts[language]
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title} · Signalbox</title>
<link rel="stylesheet" href="/docs/page/reference.css" nonce="${nonce}">
<script type="application/json" id="texts" nonce="${nonce}">${inScript(text)}</script>
<script type="module" src="/docs/page/reference.js" nonce="${nonce}"></script>
</head>
<body>
<nav><a href="?lang=en" lang="en">English</a> <a href="?lang=zh-CN" lang="zh-CN">中文</a></nav>
<main>
<noscript>${text.noScript}</noscript>
<h1>${text.title}</h1>
<p>${text.about} <a href="/openapi.json">${text.document}</a></p>
<label>${text.filter} <input id="filter" type="search" autocomplete="off" spellcheck="false"></label>
<label>${text.token} <input id="token" type="password" autocomplete="off" spellcheck="false"></label>
<p>${text.tokenKept}</p>
<p id="notice" role="status" hidden></p>
<div id="groups"></div>
<template id="operation">
<details>
<summary><code data-part="method"></code> <code data-part="path"></code> <span data-part="summary"></span></summary>
<form data-part="form">
<table data-part="parameters"><thead><tr><th>${text.parameter}</th><th>${text.where}</th><th></th></tr></thead><tbody></tbody></table>
<label data-part="body">${text.body}<textarea rows="6" spellcheck="false"></textarea></label>
<p data-part="sure">${text.sure}</p>
<button type="submit" data-part="send">${text.send}</button>
</form>
<pre data-part="answer" aria-live="polite" hidden></pre>
<details data-part="more"><summary>${text.schema}</summary><pre data-part="schema"></pre></details>
</details>
</template>
</main>
</body>
</html>`
}
