import { useState } from 'preact/hooks'
import type { WallView } from '../../gateway/contract/wall.ts'
import { type Role, roles } from '../../gateway/domain/words.ts'
import { pageWords, t } from '../i18n/language.ts'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useMay, useSession } from '../shell/gateway.ts'
import { Drop } from './drop.tsx'
import { openView } from './settings.ts'
import type { WallStore } from './settings-store.ts'

const words = pageWords(
  {
    views: '视图',
    none: '还没有保存的视图。把现在的布局、分组和次序存为一个视图，以后一点就回来。',
    mine: '我的',
    ofRole: (role: string) => `${role}共用`,
    saveAs: '另存为…',
    saveTitle: '把现在的样子存为视图',
    name: '名称',
    forWhom: '给谁用',
    onlyMe: '只给我',
    update: '改为现在的样子',
    rename: '改名',
    renameTitle: '视图改名',
    remove: '删除',
    removeTitle: '删除视图',
    removeText: (name: string) => `删除“${name}”？视频墙现在的样子不变。`,
    removeRoleText: (name: string, role: string) =>
      `删除“${name}”？${role}的所有人都不再看到它；各人视频墙现在的样子不变。`,
    actionsOf: (name: string) => `“${name}”的操作`,
  },
  {
    views: 'Views',
    none: 'No views yet. Keep the present layout, group and order under a name, and come back to it with a click.',
    mine: 'Mine',
    ofRole: (role) => `For all: ${role}`,
    saveAs: 'Save as…',
    saveTitle: 'Keep what is shown as a view',
    name: 'Name',
    forWhom: 'For whom',
    onlyMe: 'Only me',
    update: 'Set to what is shown',
    rename: 'Rename',
    renameTitle: 'Rename the view',
    remove: 'Remove',
    removeTitle: 'Remove the view',
    removeText: (name) => `Remove “${name}”? What the wall shows now stays.`,
    removeRoleText: (name, role) =>
      `Remove “${name}”? Nobody of the role ${role} finds it any more; their walls stay as they are.`,
    actionsOf: (name) => `What to do with “${name}”`,
  },
)

type Ask = { readonly kind: 'save' } | { readonly kind: 'rename' | 'remove'; readonly view: WallView } | null

/** Walls under a name: opened, kept, changed and removed. */
export function ViewsDrop({ store }: { store: WallStore }) {
  const [ask, setAsk] = useState<Ask>(null)
  const administers = useMay('administer')
  const views = store.views.value
  const current = openView(views, store.settings.value)
  const change = useAction(async (view: WallView) => store.changeView(view.id, { settings: store.settings.peek() }))
  const groups: readonly (Role | null)[] = [null, ...roles]
  return (
    <>
      <Drop name={words().views} label={current?.name ?? words().views}>
        {(close) => (
          <div class="views">
            {views.length === 0 ? <p class="views-none muted">{words().none}</p> : null}
            {groups
              .map((role) => ({ role, list: views.filter((view) => view.role === role) }))
              .filter(({ list }) => list.length > 0)
              .map(({ role, list }) => (
                <section key={role ?? 'mine'}>
                  <h3 class="views-head">{role === null ? words().mine : words().ofRole(t().roles[role])}</h3>
                  <ul>
                    {list.map((view) => (
                      <li key={view.id} class="views-row">
                        <button
                          type="button"
                          class="views-open"
                          aria-pressed={view.id === current?.id}
                          onClick={() => {
                            store.change(view.settings)
                            close()
                          }}
                        >
                          {view.name}
                        </button>
                        {view.role === null || administers ? (
                          <ViewActions
                            view={view}
                            changed={view.id !== current?.id}
                            update={() => change.start(view)}
                            ask={setAsk}
                          />
                        ) : null}
                      </li>
                    ))}
                  </ul>
                </section>
              ))}
            <button type="button" class="menu-item" onClick={() => setAsk({ kind: 'save' })}>
              {words().saveAs}
            </button>
          </div>
        )}
      </Drop>
      {ask === null ? null : <AskDialog ask={ask} store={store} close={() => setAsk(null)} />}
    </>
  )
}

interface ViewActionsProps {
  readonly view: WallView
  /** The wall no longer shows what the view keeps. */
  readonly changed: boolean
  readonly update: () => void
  readonly ask: (ask: Ask) => void
}

function ViewActions({ view, changed, update, ask }: ViewActionsProps) {
  return (
    <span class="views-actions" role="group" aria-label={words().actionsOf(view.name)}>
      {changed ? (
        <button type="button" class="button button-small button-plain" onClick={update}>
          {words().update}
        </button>
      ) : null}
      <button type="button" class="button button-small button-plain" onClick={() => ask({ kind: 'rename', view })}>
        {words().rename}
      </button>
      <button type="button" class="button button-small button-plain" onClick={() => ask({ kind: 'remove', view })}>
        {words().remove}
      </button>
    </span>
  )
}

function AskDialog({ ask, store, close }: { ask: NonNullable<Ask>; store: WallStore; close: () => void }) {
  const administers = useMay('administer')
  const own = useSession().role
  const [name, setName] = useState(ask.kind === 'save' ? '' : ask.view.name)
  const [role, setRole] = useState<Role | null>(null)
  const action = useAction(async () => {
    if (ask.kind === 'save') await store.addView({ name, role })
    else await store.changeView(ask.view.id, { name })
    close()
  })
  if (ask.kind === 'remove') {
    const { view } = ask
    const text =
      view.role === null ? words().removeText(view.name) : words().removeRoleText(view.name, t().roles[view.role])
    const run = () => store.removeView(view.id)
    return <ConfirmDialog title={words().removeTitle} text={text} word={words().remove} run={run} onClose={close} />
  }
  return (
    <Dialog title={ask.kind === 'save' ? words().saveTitle : words().renameTitle} onClose={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          action.start()
        }}
      >
        <label class="field">
          <span>{words().name}</span>
          <input required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        {administers && ask.kind === 'save' ? (
          <label class="field">
            <span>{words().forWhom}</span>
            <select
              value={role ?? ''}
              onChange={(event) => setRole(roles.find((one) => one === event.currentTarget.value) ?? null)}
            >
              <option value="">{words().onlyMe}</option>
              {[own, ...roles.filter((one) => one !== own)].map((one) => (
                <option key={one} value={one}>
                  {words().ofRole(t().roles[one])}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <FormEnd action={action} onCancel={close} />
      </form>
    </Dialog>
  )
}
