import { useMemo } from 'react'
import { useViewer } from '../../app/viewer-context.ts'
import { mayUse, usePoint } from '../use-contributed.ts'
import {
  COMMAND_BOUNDS,
  COMMAND_POINT,
  type SlotBounds,
  slotsOf,
  WIDGET_BOUNDS,
  WIDGET_POINT,
} from './offered-slots.ts'
import type { CommandSpec, SlotSpec, WidgetSpec } from './slot-spec.ts'

export function useWidgets() {
  return useSlots<WidgetSpec>(WIDGET_POINT, WIDGET_BOUNDS)
}

export function usePluginCommands() {
  return useSlots<CommandSpec>(COMMAND_POINT, COMMAND_BOUNDS)
}

function useSlots<Spec extends SlotSpec>(point: string, bounds: SlotBounds) {
  const viewer = useViewer()
  const { items, ...state } = usePoint(point)
  const offering = useMemo(
    () => slotsOf<Spec>(items, (permission) => mayUse(viewer, permission), bounds),
    [items, viewer, bounds],
  )
  return { ...offering, ...state }
}
