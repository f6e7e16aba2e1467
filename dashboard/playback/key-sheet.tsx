import { pageWords } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'

const sheet = pageWords(
  {
    title: '回放页的按键',
    keys: [
      ['空格', '播放 / 暂停'],
      ['J K L', '倒放、暂停、正放；再按一次更快'],
      [', .', '上一帧、下一帧'],
      ['← →', '后退、前进 5 秒；加 Shift 为 1 分钟'],
      ['Ctrl + ← →', '上一个、下一个缺口'],
      ['[ ]', '上一条、下一条告警'],
      ['+ −', '放大、缩小时间线'],
      ['N', '到现在'],
      ['/', '输入时间：14:03、昨天 14:03、2026-11-21 14:03:05'],
      ['I O', '标入、标出'],
      ['H', '保全'],
      ['E', '下载'],
      ['?', '显示此表'],
    ] as readonly (readonly [string, string])[],
  },
  {
    title: 'Keys of this page',
    keys: [
      ['Space', 'play / pause'],
      ['J K L', 'backward, pause, forward; again for faster'],
      [', .', 'one frame back, ahead'],
      ['← →', '5 s back, ahead; with Shift 1 minute'],
      ['Ctrl + ← →', 'previous, next gap'],
      ['[ ]', 'previous, next alert'],
      ['+ −', 'zoom the timeline'],
      ['N', 'now'],
      ['/', 'type a time: 14:03, yesterday 14:03, 2026-11-21 14:03:05'],
      ['I O', 'mark in, mark out'],
      ['H', 'hold'],
      ['E', 'download'],
      ['?', 'this sheet'],
    ],
  },
)

export function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={sheet().title} onClose={onClose}>
      <dl class="key-sheet">
        {sheet().keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
