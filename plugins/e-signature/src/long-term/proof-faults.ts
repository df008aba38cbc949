import { Refusal } from '@signalbox/sdk'

/** Why a document is below the level that its policy asks for, in words of whoever is to mend it. */
export const proofFaults = {
  TIMESTAMP_UNAVAILABLE: {
    en: 'The time-stamping authority gives no time stamp.',
    'zh-CN': '时间戳机构未给出时间戳。',
  },
  REVOCATION_NOT_GRANTED: {
    en: 'Whoever knows of revocation may not be asked: set its address in `revocation`, or give its list by provideRevocation.',
    'zh-CN':
      '未获准访问吊销信息地址：请在 revocation 设置中登记，或用 provideRevocation 提供吊销列表。',
  },
  REVOCATION_UNREACHABLE: {
    en: 'Whoever knows of revocation does not answer.',
    'zh-CN': '吊销信息服务无应答。',
  },
  REVOCATION_STALE: {
    en: 'What is known of revocation is older than the signature allows.',
    'zh-CN': '吊销信息已过期。',
  },
  REVOCATION_MISSING: {
    en: 'The certificate names nobody who knows of its revocation: give its list by provideRevocation.',
    'zh-CN': '证书未注明吊销信息地址：请用 provideRevocation 提供吊销列表。',
  },
  CERTIFICATE_REVOKED: {
    en: 'A certificate had been revoked before the signature was there.',
    'zh-CN': '签名之前证书已被吊销。',
  },
  CHAIN_UNTRUSTED: {
    en: 'A chain leads to no trusted root: put the root into `trustAnchors`.',
    'zh-CN': '证书链未能到达受信任的根证书：请将根证书加入 trustAnchors。',
  },
  CHAIN_INVALID: { en: 'A chain of certificates does not hold.', 'zh-CN': '证书链无效。' },
  TIMESTAMP_BROKEN: { en: 'A time stamp is not sound.', 'zh-CN': '时间戳无效。' },
  SIGNATURE_BROKEN: { en: 'A signature is not sound.', 'zh-CN': '签名无效。' },
  SIGNATURE_UNTIMED: { en: 'No time stamp is over a signature.', 'zh-CN': '签名缺少时间戳。' },
  SIGNATURES_UNKNOWN: {
    en: 'Where the signatures stand in the file is not known.',
    'zh-CN': '无法定位文件中的签名。',
  },
  SIGNERS_LEFT: { en: 'Somebody can still sign.', 'zh-CN': '仍有人可签署。' },
  NOT_TRIED: { en: 'It was not tried yet.', 'zh-CN': '尚未处理。' },
  FAILED: { en: 'Something else failed: the message says what.', 'zh-CN': '其他原因，见详情。' },
} as const

export type ProofFault = keyof typeof proofFaults

export function cannotProve(fault: ProofFault, message: string): Refusal {
  return new Refusal(fault, message)
}

export function proofFaultOf(code: string): ProofFault {
  return code in proofFaults ? (code as ProofFault) : 'FAILED'
}
