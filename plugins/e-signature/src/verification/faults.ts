/** What is wrong with a signature itself, each with what it means for whoever relies on it. */
export const faultTexts = {
  BYTE_RANGE_BEYOND_FILE: {
    en: 'The signature claims to cover bytes that the file does not have.',
    'zh-CN': '签名声称覆盖文件中不存在的字节。',
  },
  BYTE_RANGE_GAP: {
    en: 'The signature leaves out more than its own value, or another place: room for content that nobody signed.',
    'zh-CN': '签名排除的范围不等于签名值本身，可能夹带未签内容。',
  },
  BYTE_RANGE_MALFORMED: {
    en: 'The range of signed bytes is malformed.',
    'zh-CN': '签名字节范围格式错误。',
  },
  BYTE_RANGE_MISSING: {
    en: 'The signature does not say which bytes it covers.',
    'zh-CN': '签名未声明覆盖的字节范围。',
  },
  BYTE_RANGE_OVERLAPS: {
    en: 'The ranges of signed bytes overlap.',
    'zh-CN': '签名字节范围相互重叠。',
  },
  CERTIFICATE_PATH_BROKEN: {
    en: 'A certificate in the chain is not signed by its issuer.',
    'zh-CN': '证书链中有证书并非其颁发者签发。',
  },
  CERTIFICATE_STRAY: {
    en: 'The signature holds a certificate that nobody known issued, or that was altered.',
    'zh-CN': '签名中含有来源不明或被改动的证书。',
  },
  CERTIFICATE_UNREADABLE: {
    en: 'A certificate in the signature cannot be read.',
    'zh-CN': '签名中的证书无法读取。',
  },
  CERTIFICATION_MISPLACED: {
    en: 'The certification is not the one that the document names.',
    'zh-CN': '认证签名与文档声明的不一致。',
  },
  CMS_DATA_AFTER: {
    en: 'Data stand behind the value of the signature, where nobody signed them.',
    'zh-CN': '签名值之后存在未签数据。',
  },
  CMS_MALFORMED: {
    en: 'The value of the signature cannot be read.',
    'zh-CN': '签名值无法读取。',
  },
  CONTENTS_MISSING: { en: 'The signature has no value.', 'zh-CN': '签名没有签名值。' },
  CONTENTS_NOT_HEX: {
    en: 'The value of the signature is not written as whole hexadecimal bytes of one case.',
    'zh-CN': '签名值不是完整一致的十六进制字节。',
  },
  DIGEST_MISMATCH: {
    en: 'The signed bytes were changed after signing.',
    'zh-CN': '签名后被签字节遭到修改。',
  },
  FIELD_NAME_TWICE: {
    en: 'Two form fields have the name of this one.',
    'zh-CN': '存在与本签名域同名的表单域。',
  },
  HIDDEN_CONTENT: {
    en: 'The signed file holds objects that it does not list: a later change could bring them forth.',
    'zh-CN': '已签文件含有未列出的隐藏对象，后续更改可能使其显现。',
  },
  NOT_BASELINE: {
    en: 'The signature holds, but is not made as PAdES baseline B asks.',
    'zh-CN': '签名有效，但不符合 PAdES B-B 基线要求。',
  },
  REVISION_WITHOUT_END: {
    en: 'The signed bytes do not end where a revision of the file ends.',
    'zh-CN': '签名字节未在文件修订结束处终止。',
  },
  REVISION_UNREADABLE: {
    en: 'What was signed cannot be read as a document of its own.',
    'zh-CN': '被签部分无法作为独立文档读取。',
  },
  SEVERAL_SIGNERS: {
    en: 'The value of the signature has more than one signer, or none.',
    'zh-CN': '签名值含有多个或没有签署者信息。',
  },
  SIGNATURE_KEY_TWICE: {
    en: 'The dictionary of the signature has a key twice: readers differ on which one counts.',
    'zh-CN': '签名字典中存在重复的键。',
  },
  SIGNATURE_MISMATCH: {
    en: 'The signature was not made by the key of its certificate.',
    'zh-CN': '签名并非由证书对应的密钥生成。',
  },
  SIGNATURE_MOVED: {
    en: 'What was signed does not hold this signature in this field.',
    'zh-CN': '被签部分中该签名域不含此签名。',
  },
  SIGNER_UNKNOWN: {
    en: "The signer's certificate is missing, or is another than the one named.",
    'zh-CN': '签署者证书缺失或与声明不符。',
  },
  SIGNING_TIME_ATTRIBUTE: {
    en: 'The signer claims a time in the signature, which PAdES forbids.',
    'zh-CN': '签名含有 PAdES 禁止的签名时间属性。',
  },
  SUBFILTER_UNSUPPORTED: {
    en: 'The signature is of a kind that is not verified here.',
    'zh-CN': '不支持验证此类型的签名。',
  },
  TIMESTAMP_BROKEN: { en: 'A time stamp does not hold.', 'zh-CN': '时间戳无效。' },
  TIMESTAMP_OF_ANOTHER: {
    en: 'A time stamp was made for another signature.',
    'zh-CN': '时间戳属于另一个签名。',
  },
  TIMESTAMP_UNTRUSTED: {
    en: 'The time-stamping authority leads to no trusted root.',
    'zh-CN': '时间戳机构证书不受信任。',
  },
  UNSUPPORTED_ALGORITHM: {
    en: 'The signature uses an algorithm that is not verified here.',
    'zh-CN': '签名使用了不支持的算法。',
  },
  WEAK_ALGORITHM: {
    en: 'The signature uses an algorithm or a key that is too weak today.',
    'zh-CN': '签名使用了已不安全的算法或密钥。',
  },
} as const

export type FaultCode = keyof typeof faultTexts

/** With these the signature still holds over its bytes; with any other it does not. */
const harmless: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CERTIFICATION_MISPLACED',
  'HIDDEN_CONTENT',
  'NOT_BASELINE',
  'SIGNING_TIME_ATTRIBUTE',
  'TIMESTAMP_BROKEN',
  'TIMESTAMP_OF_ANOTHER',
  'TIMESTAMP_UNTRUSTED',
  'WEAK_ALGORITHM',
  'CERTIFICATE_PATH_BROKEN',
  'CERTIFICATE_STRAY',
  'CERTIFICATE_UNREADABLE',
  'CMS_DATA_AFTER',
])

export function breaks(fault: FaultCode): boolean {
  return !harmless.has(fault)
}
