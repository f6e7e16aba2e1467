/** What can be wrong with footage: each kind is named once, in the words of the report. */
export const problemKinds = {
  'disk-away': 'a disk is away, foreign or not configured',
  'file-missing': 'files that the index knows are gone',
  'file-unknown': 'files that look like footage and have no row in the index',
  'file-foreign': 'files that are no footage of this gateway',
  'file-damaged': 'files that cannot be read as recordings',
  'size-differs': 'files of another size than recorded',
  'fragment-changed': 'fragments whose bytes are not those that were recorded',
  'fragment-missing': 'bytes that no row of the index covers, or rows without bytes',
  'row-differs': 'rows that say something else than the file itself',
  'chain-broken': 'places where the chain of hashes breaks without a recorded reason',
  'index-damaged': 'rows of the index that cannot be read',
} as const
export type ProblemKind = keyof typeof problemKinds

export interface Problem {
  readonly kind: ProblemKind
  readonly cameraId: string | null
  readonly disk: string
  /** Relative to the disk's folder; null when it concerns the disk. */
  readonly path: string | null
  /** One English sentence without the path. */
  readonly message: string
}
