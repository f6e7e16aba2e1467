import { pageWords } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { chooseSingleKeys, singleKeys } from './single-keys.ts'

const sheet = pageWords(
  {
    title: '视频墙的按键',
    keys: [
      ['1 – 9', '放大这一路'],
      ['← → ↑ ↓', '移到旁边的画面；放大时换一路'],
      ['Enter', '放大选中的画面'],
      ['Esc', '返回'],
      ['PgUp PgDn', '上一页、下一页'],
      ['Shift + ← → ↑ ↓', '与旁边的画面调换位置'],
      ['G', '选布局'],
      ['T', '开始、停止轮巡'],
      ['I', '画面详情：编码、码率、延迟、降级原因'],
      ['S', '抓拍选中的画面'],
      ['R', '回看 30 秒（放大时）'],
      ['M', '静音 2 分钟'],
      ['?', '显示此表'],
    ] as readonly (readonly [string, string])[],
    single: '启用单个字符的按键（使用语音输入时可关闭）',
  },
  {
    title: 'Keys of the wall',
    keys: [
      ['1 – 9', 'enlarge this picture'],
      ['← → ↑ ↓', 'to the next picture; enlarged: show the next one'],
      ['Enter', 'enlarge the chosen picture'],
      ['Esc', 'back'],
      ['PgUp PgDn', 'previous, next page'],
      ['Shift + ← → ↑ ↓', 'change places with the next picture'],
      ['G', 'choose the layout'],
      ['T', 'begin, end the tour'],
      ['I', 'about the picture: codec, bit rate, age, why not better'],
      ['S', 'snapshot of the chosen picture'],
      ['R', 'replay 30 s (enlarged)'],
      ['M', 'mute for 2 minutes'],
      ['?', 'this sheet'],
    ],
    single: 'Keys of a single character are on (off for those who speak to the computer)',
  },
)

export function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={sheet().title} onClose={onClose}>
      <dl class="wall-keys">
        {sheet().keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => chooseSingleKeys(event.currentTarget.checked)}
        />
        {sheet().single}
      </label>
    </Dialog>
  )
}
