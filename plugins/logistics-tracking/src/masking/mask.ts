/**
 * How personal information is shown to whoever holds a link, after GB/T 35273-2020, 7.2: of a name the family name, of a telephone
 * number the first three and last four digits, of an address no more than the district, of an identity card the first and last.
 * All pure; masking what is masked changes nothing.
 */

const STAR = '*'

/** 张三 → 张*, 欧阳修文 → 欧阳**, Ada Lovelace → A** L*******. */
export function maskName(name: string): string {
  const text = name.trim()
  if (/^[\u4e00-\u9fff·*]+$/.test(text)) {
    const family = doubleFamilyNames.has(text.slice(0, 2)) && text.length > 2 ? 2 : 1
    return text.slice(0, family) + STAR.repeat(Math.max(1, text.length - family))
  }
  return text.replace(
    /[^\s*][^\s]*/g,
    (word) => word.slice(0, 1) + STAR.repeat(Math.max(1, word.length - 1)),
  )
}

/** Family names of two characters that are met. */
const doubleFamilyNames: ReadonlySet<string> = new Set(
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 司空 夏侯 长孙 宇文 端木 独孤 南宫 西门 百里'.split(
    ' ',
  ),
)

/** 13812345678 → 138****5678, +86 138 1234 5678 → +86 138****5678, 0512-66668888 → 0512-****8888. */
export function maskPhone(phone: string): string {
  return phone.replace(phoneNumber, (_, country: string | undefined, digits: string) => {
    const bare = digits.replace(/[\s-]/g, '')
    const area = /^0\d{2,3}-/.exec(digits)?.[0]
    const front = area ?? bare.slice(0, bare.length > 7 ? 3 : 1)
    return `${country ?? ''}${front}${STAR.repeat(4)}${bare.slice(-4)}`
  })
}

/** Chinese mobile and fixed numbers, and international ones; no part of a longer number, such as one of a waybill. */
const phoneNumber =
  /(?<![\dA-Za-z-])((?:\+|00)\d{1,3}[\s-]?)?(1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}-\d{7,8}|(?<=[+\d][\s-]?)\d{3}[\s-]?\d{3,4}[\s-]?\d{4})(?!\d)/g

/** Up to the district: 江苏省苏州市工业园区星湖街328号5幢 → 江苏省苏州市工业园区****. */
export function maskAddress(address: string): string {
  const text = address.trim()
  if (text.endsWith('****')) return text
  const chinese =
    /^(?:[\u4e00-\u9fff]{2,9}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,9}?(?:市|州|盟|地区))?(?:[\u4e00-\u9fff]{1,9}?(?:区|县|旗|市))?/.exec(
      text,
    )?.[0]
  if (chinese !== undefined && chinese !== '') return `${chinese}****`
  // Elsewhere a street stands before the town: the last two parts are town and country.
  const parts = text.split(',').map((part) => part.trim())
  const shown = parts.length > 2 ? parts.slice(-2) : parts.slice(1)
  return shown.length === 0 ? '****' : `****, ${shown.join(', ')}`
}

/** ada@example.com → a**@example.com. */
export function maskEmail(text: string): string {
  return text.replace(/([A-Za-z0-9])[A-Za-z0-9._%+*-]*@/g, `$1${STAR.repeat(2)}@`)
}

/** 320502199001011234 → 3****************4. */
export function maskIdentityCard(text: string): string {
  return text.replace(
    /(?<!\d)([1-9])\d{16}([\dXx])(?![\dA-Za-z])/g,
    (_, first: string, last: string) => first + STAR.repeat(16) + last,
  )
}

/** Who a scan says took the parcel or brings it: 派件员：李小明, 签收人: 王五, signed by J. Smith. */
const named =
  /((?:签收人|收件人|寄件人|派件员|快递员|业务员|派送员|联系人|本人)(?:是)?[：:为【\s]*|(?:signed(?: for)? by|recipient|courier|driver|received by)[:\s]+)([\u4e00-\u9fff]{2,4}|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2})(?![\w*])/gi

/** Free text of a scan, with names after words that announce them, telephone numbers, addresses of mail and identity cards masked. */
export function maskText(text: string): string {
  const masked = maskPhone(maskIdentityCard(maskEmail(text)))
  return masked.replace(named, (_, before: string, name: string) => before + maskName(name))
}
