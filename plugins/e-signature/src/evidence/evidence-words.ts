interface Words {
  readonly en: string
  readonly 'zh-CN': string
}

/** What an entry of the chain says, in words of its readers. */
const words: Readonly<Record<string, Words>> = {
  created: { en: 'prepared the documents', 'zh-CN': '准备文档' },
  sent: { en: 'sent the envelope', 'zh-CN': '发送信封' },
  invited: { en: 'invited a signer', 'zh-CN': '通知签署人' },
  reminded: { en: 'reminded a signer', 'zh-CN': '催签' },
  viewed: { en: 'opened the envelope', 'zh-CN': '打开信封' },
  read: { en: 'read a document to its end', 'zh-CN': '读完文档' },
  'code-sent': { en: 'was sent a one-time code', 'zh-CN': '发送验证码' },
  'code-wrong': { en: 'gave a wrong code', 'zh-CN': '验证码错误' },
  'code-locked': { en: 'gave wrong codes and was locked', 'zh-CN': '验证码多次错误，已锁定' },
  identified: { en: 'showed who he is', 'zh-CN': '通过身份验证' },
  consented: { en: 'agreed to sign electronically', 'zh-CN': '同意电子签署' },
  'document-signed': { en: 'signed a document', 'zh-CN': '签署文档' },
  'signing-refused': { en: 'a signature could not be made', 'zh-CN': '签名未能完成' },
  signed: { en: 'has signed all', 'zh-CN': '完成签署' },
  approved: { en: 'approved', 'zh-CN': '批准' },
  rejected: { en: 'refused to sign', 'zh-CN': '拒签' },
  delegated: { en: 'handed on to somebody else', 'zh-CN': '转交他人' },
  'seal-asked': { en: 'asked for the seal', 'zh-CN': '申请用印' },
  'seal-approved': { en: 'let the seal be used', 'zh-CN': '批准用印' },
  'seal-refused': { en: 'did not let the seal be used', 'zh-CN': '驳回用印' },
  voided: { en: 'took the envelope back', 'zh-CN': '撤回信封' },
  expired: { en: 'the time to sign was over', 'zh-CN': '签署期限已过' },
  completed: { en: 'all have signed', 'zh-CN': '全部签署完成' },
  'proof-renewed': { en: 'proofs were renewed', 'zh-CN': '证明已续' },
}

/** An entry that has no words is shown by its code. */
export function evidenceWords(what: string, language: keyof Words): string {
  return words[what]?.[language] ?? what
}
