export const plan = {
  plan: 'rings',
  name: { en: 'Rings' },
  scope: { item: 'RING' },
  characteristics: [
    {
      id: 'surface',
      name: { en: 'Surface' },
      kind: 'attribute',
      classes: [
        { class: 'major', aql: 1 },
        { class: 'minor', aql: 2.5 },
      ],
    },
  ],
  sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
  frequency: { kind: 'all' },
  decidedBy: 'person',
  dueHours: 24,
}

export const receipt = (lot: string, more: object = {}) => ({
  receipt: `R-${lot}`,
  lot,
  supplier: 'LIYUAN',
  item: 'RING',
  quantity: 500,
  unit: 'C62',
  location: 'east',
  receivedAt: '2026-11-27T08:00:00Z',
  purchaseOrder: 'PO-1',
  orders: ['SO-1'],
  ...more,
})

/** Measured item by item, with a value that is computed. */
export const rod = {
  plan: 'rods',
  name: { en: 'Rods' },
  scope: { item: 'ROD' },
  characteristics: [
    {
      id: 'bore',
      name: { en: 'Bore' },
      kind: 'variable',
      classes: [{ class: 'major' }],
      unit: 'MMT',
      lsl: 19.9,
      usl: 20.1,
      gaugeRequired: true,
    },
    {
      id: 'outer',
      name: { en: 'Outer' },
      kind: 'variable',
      classes: [{ class: 'major' }],
      unit: 'MMT',
      lsl: 29,
      usl: 31,
    },
    {
      id: 'wall',
      name: { en: 'Wall' },
      kind: 'variable',
      classes: [{ class: 'critical' }],
      unit: 'MMT',
      lsl: 4.9,
      formula: '(outer - bore) / 2',
    },
  ],
  sampling: { kind: 'all' },
  frequency: { kind: 'all' },
  decidedBy: 'person',
}

/** Five of a lot of 500 are measured. */
export const steel = {
  plan: 'steel',
  name: { en: 'Steel' },
  scope: { item: 'STEEL' },
  characteristics: [
    {
      id: 'thickness',
      name: { en: 'Thickness' },
      kind: 'variable',
      classes: [{ class: 'major' }],
      unit: 'MMT',
      lsl: 1.9,
      usl: 2.1,
    },
  ],
  sampling: { kind: 'percent', percent: 1, accept: 0 },
  frequency: { kind: 'all' },
  decidedBy: 'accept',
}
