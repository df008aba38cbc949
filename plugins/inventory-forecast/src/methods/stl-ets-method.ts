import type { ForecastMethod } from './method.ts'

export const stlEtsMethod: ForecastMethod<never> = {
  id: 'stl-ets', fit: () => undefined, project: () => [], advance: () => undefined, fitted: () => [], describe: () => ({ name: '', parameters: {}, season: 'none' }),
}
