import type { Finding } from './finding.ts'
import type { PackageView } from './package-view.ts'
import { defineRules } from './rule.ts'
import { hasEntropyOfSecret, looksLikeExample } from './secret-entropy.ts'

const cure = {
  en: 'Take it out, and replace it where it is valid: what is in a package is known to everybody who installs. A plugin asks for a secret by "secret:use". For one that is made up, write "signalbox-allow-secret: <why>" in its line or the one before.',
  'zh-CN':
    '请移除，并在其生效处更换：包中的内容对所有安装者可见。插件应通过 "secret:use" 使用密钥。若是虚构的值，请在该行或上一行写明 "signalbox-allow-secret: <理由>"。',
}

const rule = (en: string, zh: string) =>
  ({
    severity: 'error',
    message: { en: `It looks like ${en}: {shown}.`, 'zh-CN': `疑似${zh}：{shown}。` },
    cure,
  }) as const

/** What must be in no package. Found by form: a sentence of a README that speaks of keys is none. */
export const secretRules = defineRules({
  'secrets/private-key': rule('a private key', '私钥'),
  'secrets/aws': rule('an access key of AWS', 'AWS 访问密钥'),
  'secrets/gcp': rule('a key of Google Cloud', 'Google Cloud 密钥'),
  'secrets/github': rule('a token of GitHub or GitLab', 'GitHub 或 GitLab 令牌'),
  'secrets/npm': rule('a token of npm', 'npm 令牌'),
  'secrets/slack': rule('a token or hook of Slack', 'Slack 令牌或挂钩地址'),
  'secrets/stripe': rule('a secret key of Stripe', 'Stripe 私密密钥'),
  'secrets/jwt': rule('a JSON Web Token', 'JSON Web Token'),
  'secrets/signalbox': rule(
    'a key, token or link of a Signalbox host',
    'Signalbox 主机的密钥、令牌或链接',
  ),
  'secrets/url-password': rule('a password in a URL', 'URL 中的密码'),
  'secrets/assigned': {
    ...rule('a secret that is written out', '写明的密钥'),
    severity: 'warning',
  },
})

type RuleId = keyof typeof secretRules.definitions

/**
 * Forms by their makers' documents. Each pattern is linear, begins with a fixed text, and holds the whole secret in
 * its group where that is not all of it.
 */
const forms: readonly (readonly [rule: RuleId, pattern: RegExp])[] = [
  ['secrets/private-key', /-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g],
  ['secrets/private-key', /\bPuTTY-User-Key-File-[23]:/g],
  ['secrets/aws', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g],
  ['secrets/gcp', /\bAIza[\w-]{35}(?![\w-])/g],
  [
    'secrets/github',
    /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{60,255}|glpat-[\w-]{20,64})/g,
  ],
  ['secrets/npm', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['secrets/npm', /\/:_authToken=(?!\$\{)\S{16,}/g],
  ['secrets/slack', /\bxox[abeoprs]-[\w-]{20,200}/g],
  ['secrets/slack', /https:\/\/hooks\.slack\.com\/services\/T\w{6,16}\/B\w{6,16}\/\w{16,40}/g],
  ['secrets/stripe', /\b(?:sk|rk)_live_[A-Za-z0-9]{20,200}/g],
  ['secrets/jwt', /\bey[JI][\w-]{16,2000}\.ey[JI][\w-]{16,4000}\.[\w-]{20,2000}/g],
  ['secrets/signalbox', /\b(?:ds[ks]_[0-9a-z]{20}_|sb[amsu]_|lnk_)[\w-]{20,}/g],
  ['secrets/signalbox', /\bwhsec_[\w+/=-]{20,}/g],
  [
    'secrets/url-password',
    /\b[a-z][a-z0-9+.-]{1,20}:\/\/[\w.~%+-]{1,64}:([^\s:@/"'`<>{}$]{6,128})@[\w.-]{3,}/g,
  ],
]

/** A name that speaks of a secret, then a text of some length; the text alone decides. */
const assigned =
  /\b[\w-]{0,40}(?:secret|passw(?:or)?d|api[_-]?key|access[_-]?key|auth[_-]?token|private[_-]?key|credential)[\w-]{0,20}["']?\s{0,4}[:=]\s{0,4}["'`]([^\s"'`]{16,200})["'`]/gi

const ALLOW = /signalbox-allow-secret:\s*\S/
/** Of one file: a text beyond it is data, and the forms are looked for in its beginning. */
const MAX_BYTES = 4 * 1024 * 1024

export function checkSecrets(view: PackageView): readonly Finding[] {
  return [...view.files.keys()].flatMap((file) => {
    const text = view.text(file)
    return text === undefined || text.includes('\u0000') ? [] : secretsIn(file, text)
  })
}

function secretsIn(file: string, whole: string): readonly Finding[] {
  const text = whole.slice(0, MAX_BYTES)
  const found = [
    ...forms.flatMap(([id, pattern]) => matches(text, pattern).map((one) => ({ ...one, id }))),
    ...matches(text, assigned)
      .filter(({ secret }) => hasEntropyOfSecret(secret))
      .map((one) => ({ ...one, id: 'secrets/assigned' as const })),
  ].filter(({ secret, id }) => id === 'secrets/private-key' || !looksLikeExample(secret))
  const lines = found.length === 0 ? [] : text.split('\n')
  const seen = new Set<number>()
  return found.flatMap(({ id, at, secret }) => {
    const line = text.slice(0, at).split('\n').length
    // One finding a line: what a maker's form says is also an assignment.
    if (seen.has(line) || isAllowed(lines, line)) return []
    seen.add(line)
    return [secretRules.find(id, { file, line }, { shown: masked(id, secret) })]
  })
}

function matches(text: string, pattern: RegExp): { at: number; secret: string }[] {
  return [...text.matchAll(pattern)]
    .slice(0, 50)
    .map((match) => ({ at: match.index, secret: match[1] ?? match[0] }))
}

function isAllowed(lines: readonly string[], line: number): boolean {
  return [lines[line - 1], lines[line - 2]].some((text) => text !== undefined && ALLOW.test(text))
}

/** Enough to find it by; what is told goes into logs and databases. */
function masked(id: RuleId, secret: string): string {
  if (id === 'secrets/private-key') return secret.slice(0, 40)
  const shown = Math.min(6, Math.floor(secret.length / 4))
  return `${secret.slice(0, shown)}… (${secret.length})`
}
