/** Where a bare word of CBV 2.0 stands, and the address that it is short for (CBV 2.0 §7; GS1 Web Vocabulary). */
export type VocabularyKind =
  | 'bizStep'
  | 'disposition'
  | 'bizTransactionType'
  | 'sourceDestType'
  | 'errorReason'
  | 'measurement'
  | 'sensorAlert'
  | 'component'

interface Vocabulary {
  readonly base: string
  /** As CBV 1.x wrote it. */
  readonly urn?: string
  readonly words: ReadonlySet<string>
}

const words = (text: string) => new Set(text.split(/\s+/))

const cbv = 'https://ref.gs1.org/cbv/'
const webVocabulary = 'https://gs1.org/voc/'

export const vocabularies: Readonly<Record<VocabularyKind, Vocabulary>> = {
  bizStep: {
    base: `${cbv}BizStep-`,
    urn: 'urn:epcglobal:cbv:bizstep:',
    words: words(
      `accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
       decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
       installing killing loading other packing picking receiving removing repackaging repairing replacing reserving
       retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
       unloading unpacking void_shipping`,
    ),
  },
  disposition: {
    base: `${cbv}Disp-`,
    urn: 'urn:epcglobal:cbv:disp:',
    words: words(
      `active available completeness_inferred completeness_verified conformant container_closed container_open damaged
       destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance
       mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed
       recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown`,
    ),
  },
  bizTransactionType: {
    base: `${cbv}BTT-`,
    urn: 'urn:epcglobal:cbv:btt:',
    words: words('bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt'),
  },
  sourceDestType: {
    base: `${cbv}SDT-`,
    urn: 'urn:epcglobal:cbv:sdt:',
    words: words('location owning_party possessing_party'),
  },
  errorReason: {
    base: `${cbv}ER-`,
    urn: 'urn:epcglobal:cbv:er:',
    words: words('did_not_occur incorrect_data'),
  },
  measurement: {
    base: webVocabulary,
    words: words(
      `AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
       AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
       Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
       ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
       Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
       LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
       MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
       RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed
       SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction
       VolumetricFlux Wavenumber`,
    ),
  },
  sensorAlert: { base: webVocabulary, words: words('ALARM_CONDITION ERROR_CONDITION') },
  component: {
    base: `${cbv}Comp-`,
    words: words(
      `altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle
       spherical_radius x y z`,
    ),
  },
}

/** A bare word of the vocabulary in full; anything else as it is. */
export function expandWord(kind: VocabularyKind, word: string): string {
  const { base, words } = vocabularies[kind]
  return words.has(word) ? base + word : word
}
