import type { GivenText } from '../words/local-text.ts'
import type { CertificateDocument, CertificateLine } from './certificate.ts'

export type Language = 'en' | 'zh-CN'

const words = {
  en: {
    ...{ number: 'No.', lot: 'Lot', item: 'Item', customer: 'Customer', order: 'Order' },
    ...{
      quantity: 'Quantity',
      issued: 'Issued',
      by: 'by',
      replaces: 'Replaces',
      passed: 'conforms',
    },
    ...{
      failed: 'does not conform',
      unjudged: 'for information',
      method: 'method',
      gauge: 'gauge',
    },
    ...{ of: 'of', conform: 'conform', laboratory: 'laboratory', concession: 'Concession' },
    whole: 'The goods conform to the specification.',
    notWhole: 'The goods do not conform to the specification in every point.',
  },
  'zh-CN': {
    ...{ number: '编号', lot: '批号', item: '物料', customer: '客户', order: '订单' },
    ...{ quantity: '数量', issued: '签发时间', by: '签发人', replaces: '替代', passed: '合格' },
    ...{ failed: '不合格', unjudged: '仅供参考', method: '方法', gauge: '量具' },
    ...{ of: '/', conform: '合格', laboratory: '实验室', concession: '让步放行' },
    whole: '该批货物符合规格要求。',
    notWhole: '该批货物并非各项均符合规格要求。',
  },
} as const

/** A certificate as lines to be printed, of the document alone: what is shown is what the digest is of. */
export function certificateText(
  document: CertificateDocument,
  language: Language,
): readonly string[] {
  const word = words[language]
  const local = (text: GivenText) => text[language] ?? text.en
  const { issuer, quantity, statement, supersedes, reason, concession } = document
  return [
    local(document.title),
    ...[issuer.name, issuer.address].filter((one) => one !== null),
    '',
    `${word.number}: ${document.number}`,
    `${word.item}: ${document.item}   ${word.lot}: ${document.lot}`,
    ...(document.customer === null ? [] : [`${word.customer}: ${document.customer}`]),
    ...(document.order === null ? [] : [`${word.order}: ${document.order}`]),
    ...(quantity === null ? [] : [`${word.quantity}: ${quantity.accepted} ${quantity.unit}`]),
    ...(supersedes === null ? [] : [`${word.replaces}: ${supersedes} (${reason ?? ''})`]),
    '',
    ...document.lines.map((line, index) => `${index + 1}. ${lineText(line, language)}`),
    '',
    document.conforms ? word.whole : word.notWhole,
    ...(concession === null ? [] : [`${word.concession}: ${concession}`]),
    ...(statement === null ? [] : [local(statement)]),
    `${word.issued}: ${document.issuedAt}   ${word.by}: ${document.issuedBy}`,
  ]
}

function lineText(line: CertificateLine, language: Language): string {
  const word = words[language]
  const { name, conforms, method, gauges, laboratory } = line
  const verdicts = { true: word.passed, false: word.failed, null: word.unjudged }
  return [
    name[language] ?? name.en,
    specificationText(line),
    resultText(line, language),
    verdicts[`${conforms}`],
    ...(method === null ? [] : [`${word.method} ${method}`]),
    ...(gauges.length === 0 ? [] : [`${word.gauge} ${gauges.join(', ')}`]),
    ...(laboratory === null ? [] : [`${word.laboratory} ${laboratory}`]),
  ]
    .filter((part) => part !== '')
    .join(' | ')
}

function specificationText({ specification }: CertificateLine): string {
  const { lower, upper, target, unit, text } = specification
  const suffix = unit === null ? '' : ` ${unit}`
  if (text !== null) return text
  if (lower !== null && upper !== null) return `${lower} … ${upper}${suffix}`
  if (lower !== null) return `≥ ${lower}${suffix}`
  if (upper !== null) return `≤ ${upper}${suffix}`
  return target === null ? '' : `${target}${suffix}`
}

function resultText({ result, specification }: CertificateLine, language: Language): string {
  const { count, nonconforming, mean, smallest, largest, text } = result
  const suffix = specification.unit === null ? '' : ` ${specification.unit}`
  if (mean !== null) {
    return count === 1
      ? `${mean}${suffix}`
      : `x̄ ${mean} (${smallest} … ${largest}, n ${count})${suffix}`
  }
  const word = words[language]
  return text ?? `${count - nonconforming} ${word.of} ${count} ${word.conform}`
}
