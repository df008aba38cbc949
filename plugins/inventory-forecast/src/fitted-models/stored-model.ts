import { type EtsModel, etsForms, isSeasonal } from '../ets/ets-model.ts'

/** The text a model is kept as; JSON writes a number so that the same bits are read again. */
export function toStored(model: EtsModel): string {
  return JSON.stringify(model)
}

/**
 * Reads a kept model back. The table is the tenant's to restore or import, so its text is looked at like any input.
 * @returns undefined where the text is no model of this frequency.
 */
export function fromStored(text: string, frequency: number): EtsModel | undefined {
  const { form, smoothing, initial, aicc } = parsed(text)
  const known = etsForms.find(
    ({ error, trend, season }) =>
      form?.error === error && form.trend === trend && form.season === season,
  )
  if (known === undefined || !(aicc === null || isNumber(aicc))) return undefined
  const { alpha, beta, gamma, phi } = smoothing ?? {}
  const { level, growth, seasonal } = initial ?? {}
  if (![alpha, beta, gamma, phi, level, growth].every(isNumber)) return undefined
  if (!Array.isArray(seasonal) || !seasonal.every(isNumber)) return undefined
  if (seasonal.length !== (isSeasonal(known) ? frequency : 0)) return undefined
  return {
    form: known,
    smoothing: { alpha, beta, gamma, phi },
    initial: { level, growth, seasonal },
    aicc,
  } as EtsModel
}

type Loose<T> = T extends object ? { readonly [K in keyof T]?: Loose<T[K]> } : unknown

function parsed(text: string): Loose<EtsModel> {
  try {
    return (JSON.parse(text) as Loose<EtsModel> | null) ?? {}
  } catch {
    return {}
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
