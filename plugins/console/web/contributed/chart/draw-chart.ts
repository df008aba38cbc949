import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { ChartOption } from './chart-option.ts'

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
])

export interface Drawn {
  readonly show: (option: ChartOption) => void
  readonly close: () => void
}

/** Loaded when the first picture is drawn: nobody else waits for the library. */
export function drawChart(element: HTMLElement): Drawn {
  const chart = init(element, undefined, { renderer: 'canvas' })
  const sizes = new ResizeObserver(() => chart.resize())
  sizes.observe(element)
  return {
    show: (option) => chart.setOption(option, { notMerge: true }),
    close: () => {
      sizes.disconnect()
      chart.dispose()
    },
  }
}
