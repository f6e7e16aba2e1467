import type { Sensor } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { AreaField } from './area-field.tsx'

/** The name and the area of a sensor. */
export function EditSensorDialog({ sensor, onClose }: { sensor: Sensor; onClose: (done: boolean) => void }) {
  const { api } = useGateway()
  const action = useAction(async (placed: { name: string; areaId: string }) => {
    await api.changeSensor(sensor.id, placed)
    onClose(true)
  })
  const words = t().sensorForm
  return (
    <Dialog title={words.editTitle} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          action.start({ name: text(fields, 'name'), areaId: text(fields, 'areaId') })
        }}
      >
        <label class="field">
          <span>{words.name}</span>
          <input name="name" required maxLength={120} defaultValue={sensor.name} />
        </label>
        <AreaField label={words.area} forCamera={false} value={sensor.areaId} />
        <FormEnd action={action} onCancel={() => onClose(false)} word={t().actions.save} />
      </form>
    </Dialog>
  )
}
