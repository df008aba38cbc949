import { useTranslation } from 'react-i18next'
import type { CheckedFault, SayFault } from './form-faults.ts'

/** Keywords of JSON schema for which there are words; each has its bound in them. */
const SPOKEN = [
  ...(['required', 'enum', 'const', 'pattern', 'format', 'false', 'uniqueItems'] as const),
  ...(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const),
  ...(['minLength', 'maxLength', 'minItems', 'maxItems'] as const),
  ...(['minProperties', 'maxProperties'] as const),
] as const

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const

/** What does not fit, in the viewer's language: the checker has only English, and speaks of instances. */
export function useFaultWords(): SayFault {
  const { t } = useTranslation('contributed')
  return ({ keyword, bound }: CheckedFault) => {
    if (keyword === 'type') {
      const types = TYPES.filter((one) => [bound].flat().includes(one))
      const limit = types.map((one) => t(`fault.types.${one}`)).join(t('fault.or'))
      return t('fault.type', { limit })
    }
    const spoken = SPOKEN.find((one) => one === keyword)
    return spoken === undefined ? t('fault.other') : t(`fault.${spoken}`, { limit: textOf(bound) })
  }
}

function textOf(bound: unknown): string {
  return [bound]
    .flat()
    .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    .join(', ')
}
