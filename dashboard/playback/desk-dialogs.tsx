import type { Camera } from '../../gateway/contract/camera.ts'
import type { Desk } from './desk.ts'
import { DownloadDialog } from './download-dialog.tsx'
import { HoldDialog } from './hold-dialog.tsx'
import { KeySheet } from './key-sheet.tsx'

/** The dialog that is open, if one is. */
export function DeskDialogs({ desk, cameras }: { desk: Desk; cameras: readonly Camera[] }) {
  const { value } = desk.dialog
  if (value === 'hold') return <HoldDialog desk={desk} cameras={cameras} />
  if (value === 'download') return <DownloadDialog desk={desk} cameras={cameras} />
  if (value === 'keys') return <KeySheet onClose={() => (desk.dialog.value = null)} />
  return null
}
