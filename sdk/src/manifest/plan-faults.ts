import type { FromSchema } from 'json-schema-to-ts'
import type { InputFault } from '../errors/coded-error.ts'
import type { manifestSchema } from './manifest-schema.ts'
import { isCurrency } from './plan-terms.ts'

type Manifest = FromSchema<typeof manifestSchema>

/**
 * Plans that the manifest declares and no host could offer, as far as the manifest alone says it.
 * @returns faults with pointers into the manifest
 */
export function planFaults({ terms, provides }: Manifest): readonly InputFault[] {
  const provided = (provides?.services ?? []).map(({ id }) => id.replace(/@.*$/, ''))
  const plans = terms?.plans ?? []
  const names = plans.map(({ service, name }) => `${service}/${name}`)
  return plans.flatMap(({ service, name, price }, index) => {
    const at = `/terms/plans/${index}`
    const faults: InputFault[] = []
    if (!provided.includes(service.replace(/@.*$/, ''))) {
      const detail = `"${service}" is no service of the manifest: declare it in provides.services`
      faults.push({ pointer: `${at}/service`, detail })
    }
    if (names.indexOf(`${service}/${name}`) !== index) {
      faults.push({ pointer: `${at}/name`, detail: `"${name}" is declared twice for ${service}` })
    }
    if (price !== undefined && !isCurrency(price.currency)) {
      const detail = `must be a currency of ISO 4217, which ${price.currency} is not`
      faults.push({ pointer: `${at}/price/currency`, detail })
    }
    return faults
  })
}
