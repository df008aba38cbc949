import { Refusal } from '@signalbox/sdk'

/** How a person shows who he is, beyond having the link. `account`: the host signed him in. */
export type Proof = 'link' | 'account' | 'mail-code' | 'sms-code' | 'totp' | 'passkey'

/** ETSI EN 319 142-1 §6. */
export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

export interface Consent {
  /** Kept with each signature: texts change. */
  readonly version: string
  readonly en: string
  readonly 'zh-CN': string
}

/** What an envelope asks of its signers; it keeps the policy as it was when it was made. */
export interface Policy {
  readonly policy: string
  /** Any one of them is enough. */
  readonly proofs: readonly Proof[]
  readonly level: Level
  /** The time-stamping authority does not answer: sign at B-B and upgrade later, or do not sign. */
  readonly onTimestampDown: 'degrade' | 'refuse'
  /** Of the tenant: certifies a signer for one signature. */
  readonly signerKey: string
  readonly mayDelegate: boolean
  /** Whether each document must be opened to its end before it is signed. */
  readonly mustRead: boolean
  readonly expireDays: number
  readonly remindDays: number
  readonly maxReminders: number
  readonly consent: Consent
}

export const standardPolicy: Policy = {
  policy: 'standard',
  proofs: ['account', 'mail-code', 'sms-code', 'totp', 'passkey'],
  level: 'B-T',
  onTimestampDown: 'degrade',
  signerKey: 'signers',
  mayDelegate: true,
  mustRead: true,
  expireDays: 30,
  remindDays: 3,
  maxReminders: 5,
  consent: {
    version: '1',
    en: 'I have read the documents and agree to sign them electronically. The signature binds me as one by hand does (Electronic Signature Law of the PRC, articles 3 and 14; Regulation (EU) No 910/2014, article 25). I may refuse, and ask for paper instead.',
    'zh-CN':
      '本人已阅读文件，同意以电子方式签署；电子签名与手写签名或盖章具有同等法律效力（《中华人民共和国电子签名法》第三条、第十四条；欧盟 910/2014 号条例第二十五条）。本人有权拒签或要求纸质签署。',
  },
}

/** @throws Refusal POLICY_INVALID */
export function requirePolicy(policy: Policy): void {
  const { proofs, level, onTimestampDown } = policy
  if (new Set(proofs).size !== proofs.length) throw invalid('a proof is named twice')
  if (level !== 'B-B' && level !== 'B-T' && level !== 'B-LT' && level !== 'B-LTA')
    throw invalid('level')
  if (level === 'B-B' && onTimestampDown === 'refuse') {
    throw invalid('at level B-B no time stamp is asked for, so that none can be missing')
  }
}

function invalid(why: string): Refusal {
  return new Refusal('POLICY_INVALID', `The policy contradicts itself: ${why}.`)
}
