import type { Sensor, SensorCandidate } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { AreaField } from './area-field.tsx'

interface Placed {
  readonly name: string
  readonly areaId: string
}

interface SensorFormProps {
  readonly title: string
  readonly word: string
  readonly name: string
  readonly areaId?: string
  readonly save: (placed: Placed) => Promise<void>
  readonly onClose: (done: boolean) => void
}

function SensorForm({ title, word, name, areaId, save, onClose }: SensorFormProps) {
  const action = useAction(async (placed: Placed) => {
    await save(placed)
    onClose(true)
  })
  const words = t().sensorForm
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
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
          <input name="name" required maxLength={120} defaultValue={name} />
        </label>
        <AreaField label={words.area} forCamera={false} {...(areaId === undefined ? {} : { value: areaId })} />
        <FormEnd action={action} onCancel={() => onClose(false)} word={word} />
      </form>
    </Dialog>
  )
}

export function ApproveSensorDialog(props: { candidate: SensorCandidate; onClose: (done: boolean) => void }) {
  const { api } = useGateway()
  const { candidate, onClose } = props
  return (
    <SensorForm
      title={t().sensorForm.approveTitle}
      word={t().devices.approve}
      name={candidate.name}
      save={async (placed) => {
        await api.approveSensor({ candidateId: candidate.candidateId, ...placed })
      }}
      onClose={onClose}
    />
  )
}

export function EditSensorDialog({ sensor, onClose }: { sensor: Sensor; onClose: (done: boolean) => void }) {
  const { api } = useGateway()
  return (
    <SensorForm
      title={t().sensorForm.editTitle}
      word={t().actions.save}
      name={sensor.name}
      areaId={sensor.areaId}
      save={async (placed) => {
        await api.changeSensor(sensor.id, placed)
      }}
      onClose={onClose}
    />
  )
}
