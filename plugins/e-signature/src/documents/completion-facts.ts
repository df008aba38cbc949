import { canonicalJson } from '../evidence/canonical-json.ts'
import type { CertificateData, CertificateSigner } from '../evidence/certificate-data.ts'
import { evidenceWords } from '../evidence/evidence-words.ts'
import type { CompletionFacts } from '../pdf/completion/completion-rows.ts'
import type { CompletionLanguage } from '../pdf/completion/completion-words.ts'

const words = {
  en: {
    signer: 'signer',
    approver: 'approver',
    seal: 'seal of the organisation',
    copy: 'gets a copy',
    link: 'personal link',
    account: 'signed-in user',
    'mail-code': 'one-time code by mail to',
    'sms-code': 'one-time code by text message to',
    totp: 'code of an authenticator app of',
    passkey: 'passkey',
    simple: 'simple electronic signature',
    advanced: 'advanced electronic signature',
    asked: 'asked for by',
    approved: 'let be used by',
    none: 'not asked',
  },
  'zh-CN': {
    signer: '签署人',
    approver: '审批人',
    seal: '机构印章',
    copy: '抄送',
    link: '专属链接',
    account: '登录用户',
    'mail-code': '邮件验证码',
    'sms-code': '短信验证码',
    totp: '动态口令',
    passkey: '通行密钥',
    simple: '普通电子签名',
    advanced: '高级电子签名',
    asked: '用印申请人',
    approved: '用印审批人',
    none: '未验证',
  },
} as const

/** The data of a certificate in words of its readers; the whole of it, with the chain, goes along as a file. */
export function completionFacts(
  data: CertificateData,
  language: CompletionLanguage,
): CompletionFacts {
  const { envelope, title, createdBy, createdAt, completedAt = createdAt, documents } = data
  const bytes = new TextEncoder().encode(canonicalJson(data))
  return {
    ...{ language, envelope, subject: title, sender: createdBy, completedAt },
    documents: documents.map(({ name, pages, sha256 }) => ({ name, pages, sha256 })),
    recipients: data.signers.map((one) => recipientOf(one, language)),
    trail: data.entries.map(({ at, who, what }) => ({
      ...{ at, actor: who, what: evidenceWords(what, language) },
    })),
    chainHead: data.head.hash,
    evidence: { name: 'evidence.json', bytes },
  }
}

function recipientOf(one: CertificateSigner, language: CompletionLanguage) {
  const { name, kind, organisation, viewedAt, at, state } = one
  return {
    ...{ name, role: words[language][kind as 'signer'] ?? kind },
    ...(organisation === undefined ? {} : { organisation }),
    identified: identified(one, language),
    ...(viewedAt === undefined ? {} : { viewedAt }),
    ...(state !== 'signed' || at === undefined ? {} : { signedAt: at }),
  }
}

function identified(
  { proof, provedBy = '', assurance, seal }: CertificateSigner,
  language: CompletionLanguage,
): string {
  const own = words[language]
  if (seal !== undefined) {
    return `${own.asked} ${seal.askedBy}, ${own.approved} ${seal.approvedBy}`
  }
  if (proof === undefined) return own.none
  const level = assurance === undefined ? '' : `; ${own[assurance]}`
  return `${own[proof]} ${provedBy}${level}`
}
