export interface SupplierWeights {
  readonly ppm: number
  readonly lotAcceptance: number
  readonly response: number
}

/** What the tenant may set of supplier scores, under `suppliers` of the settings. */
export interface SupplierSettings {
  readonly weights: SupplierWeights
  /** Nonconforming items per million at which nothing is left of the part; none at all is full marks. */
  readonly ppmLimit: number
  /** Days to the first answer: up to the target full marks, at the limit none. */
  readonly responseTargetDays: number
  readonly responseLimitDays: number
  /** Least score of each grade; below C it is D. */
  readonly grades: { readonly A: number; readonly B: number; readonly C: number }
  /** Of fewer decided lots no grade is made: one bad lot of one is no D. */
  readonly minimumLots: number
  /** Of the tenant's calendar, east of UTC: months begin at its midnight. */
  readonly utcOffsetMinutes: number
}

type GivenSettings = Partial<Omit<SupplierSettings, 'weights' | 'grades'>> & {
  readonly weights?: Partial<SupplierWeights>
  readonly grades?: Partial<SupplierSettings['grades']>
}

export interface SupplierConfig {
  readonly suppliers?: GivenSettings
}

/** Weights and grades as scorecards of suppliers usually have them (VDA 6.3 and IATF 16949, 8.4.2.4 leave them to the customer). */
export function supplierSettings({ suppliers = {} }: SupplierConfig): SupplierSettings {
  const { weights, grades, ...given } = suppliers
  return {
    ppmLimit: 10_000,
    responseTargetDays: 5,
    responseLimitDays: 20,
    minimumLots: 1,
    utcOffsetMinutes: 0,
    ...given,
    weights: { ppm: 40, lotAcceptance: 40, response: 20, ...weights },
    grades: { A: 90, B: 75, C: 60, ...grades },
  }
}
