import {
  advanceTheta,
  continueTheta,
  startTheta,
  type ThetaState,
  thetaFitted,
} from '../theta/theta.ts'
import type { ForecastMethod } from './method.ts'

export const thetaMethod: ForecastMethod<ThetaState> = {
  id: 'theta',
  fit: ({ values, frequency }) => values.reduce(advanceTheta, startTheta(values, frequency)),
  project: continueTheta,
  trend: (state, horizon) => continueTheta({ ...state, season: 'none' }, horizon),
  advance: advanceTheta,
  fitted: thetaFitted,
  hasRelativeErrors: ({ season }) => season === 'multiplicative',
  describe: ({ alpha, drift, season }) => ({ name: 'Theta', parameters: { alpha, drift }, season }),
}
