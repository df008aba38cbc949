import { judgeCapability } from '../capability/chart-capability.ts'
import { judgeStudy, studies } from '../gauge-study/kept-study.ts'
import { acknowledge, alarms } from './alarms.ts'
import { appendPoints } from './append-points.ts'
import { defineChart } from './define-chart.ts'
import { freezeLimits } from './freeze-limits.ts'
import { hotelling } from './hotelling.ts'
import { limitsHistory } from './limits-history.ts'
import { listCharts } from './list-charts.ts'
import { viewChart } from './view-chart.ts'

/** `quality.spc@1`. */
export const spcService = {
  charts: listCharts,
  defineChart,
  append: appendPoints,
  chart: viewChart,
  freezeLimits,
  limits: limitsHistory,
  alarms,
  acknowledge,
  capability: judgeCapability,
  hotelling,
  gaugeStudy: judgeStudy,
  gaugeStudies: studies,
}
