import { Spin } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { ChartOption } from './chart-option.ts'
import type { Drawn } from './draw-chart.ts'

/** The picture; what it shows is in a table beside it, for whoever cannot see it. */
export function ChartView({ option, label }: { option: ChartOption; label: string }) {
  const element = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<Drawn>()
  const [fault, setFault] = useState<unknown>()
  useEffect(() => {
    let made: Drawn | undefined
    let isWanted = true
    import('./draw-chart.ts').then(({ drawChart }) => {
      if (!isWanted || element.current === null) return
      made = drawChart(element.current)
      setDrawn(made)
    }, setFault)
    return () => {
      isWanted = false
      made?.close()
    }
  }, [])
  useEffect(() => drawn?.show(option), [drawn, option])
  if (fault !== undefined) throw fault
  return (
    <>
      {drawn === undefined && <Spin />}
      <div ref={element} className="chart" role="img" aria-label={label} />
    </>
  )
}
