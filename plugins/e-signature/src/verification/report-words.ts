import type { Words } from './change-words.ts'
import { faultTexts } from './faults.ts'
import type { Chain } from './judge-chain.ts'
import type { SignatureReport } from './pdf-report.ts'

/** What there is to say of a signature in one breath; never just that it is good. */
export type VerdictCode = 'broken' | 'changed' | 'doubtful' | 'extended' | 'whole'

const openings: Readonly<Record<VerdictCode, Words>> = {
  broken: {
    en: 'The signature does not hold: what it covers was changed, or cannot be told.',
    'zh-CN': '签名无效：所覆盖内容已被更改或无法确定。',
  },
  changed: {
    en: 'What was signed is intact, but the file was changed afterwards in ways that the signature does not allow.',
    'zh-CN': '被签内容完整，但签署后文件出现签名不允许的更改。',
  },
  doubtful: {
    en: 'What was signed is intact, but there is a fault that needs a look.',
    'zh-CN': '被签内容完整，但存在需要核查的问题。',
  },
  extended: {
    en: 'What was signed is intact; what was added afterwards is allowed.',
    'zh-CN': '被签内容完整，签署后的更改均在允许范围内。',
  },
  whole: {
    en: 'The signature is intact and covers the whole file; nothing was added afterwards.',
    'zh-CN': '签名完整并覆盖整个文件，签署后无任何更改。',
  },
}

const chains: Readonly<Record<Chain, Words>> = {
  trusted: {
    en: 'The certificate leads to a trusted root.',
    'zh-CN': '证书可追溯到受信任的根证书。',
  },
  unknown: {
    en: 'Who signed is not certain: the certificate leads to no trusted root.',
    'zh-CN': '签署者身份未能确认：证书未追溯到受信任的根证书。',
  },
  expired: {
    en: 'The certificate was not valid at the time that counts.',
    'zh-CN': '证书在判定时间不在有效期内。',
  },
  revoked: { en: 'The certificate was revoked.', 'zh-CN': '证书已被吊销。' },
}

const times: Readonly<Record<SignatureReport['timeSource'], Words>> = {
  none: { en: 'When it was signed is not known.', 'zh-CN': '签署时间未知。' },
  signer: {
    en: "The time is the signer's own word, and is not proven.",
    'zh-CN': '签署时间由签署者自行声明，未经证明。',
  },
  timestamp: {
    en: 'A time-stamping authority proves that it was there at this time.',
    'zh-CN': '签署时间由时间戳机构证明。',
  },
}

const faultless: readonly string[] = ['NOT_BASELINE', 'SIGNING_TIME_ATTRIBUTE']

export function verdictOf(report: SignatureReport): VerdictCode {
  if (!report.intact) return 'broken'
  if (report.changesAfter === 'suspicious') return 'changed'
  if (report.faults.some((fault) => !faultless.includes(fault))) return 'doubtful'
  return report.changesAfter === 'allowed' || !report.coversWholeFile ? 'extended' : 'whole'
}

/** The report of one signature in sentences. */
export function verdictWords(report: SignatureReport): Words {
  const faults = report.faults.map((fault): Words => faultTexts[fault])
  return joined([
    openings[verdictOf(report)],
    ...faults,
    chains[report.chain],
    ...(report.intact ? [times[report.timeSource]] : []),
  ])
}

function joined(parts: readonly Words[]): Words {
  return {
    en: parts.map(({ en }) => en).join(' '),
    'zh-CN': parts.map((part) => part['zh-CN']).join(''),
  }
}
