/** Moving between the cells of a grid with the keyboard. Which cell the tab key stops at stands in the document alone: nothing is drawn again for it. */

const stops = 'td[tabindex]'

/** Leaves one stop: the one that was, else the first. */
export function onlyStop(table: HTMLTableElement): void {
  if (table.querySelector('td[tabindex="0"]') === null)
    table.querySelector<HTMLElement>(stops)?.setAttribute('tabindex', '0')
}

const by: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
  PageUp: [-10, 0],
  PageDown: [10, 0],
}

/** Moves the focus when the key says so. @returns whether it did */
export function moveOn({ key, target, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  const step = by[key]
  if (step === undefined || ctrlKey || altKey || metaKey || !(target instanceof HTMLTableCellElement)) return false
  const grid = [...(target.closest('tbody')?.rows ?? [])].map((row) => [...row.querySelectorAll<HTMLElement>(stops)])
  const at = grid.findIndex((cells) => cells.includes(target))
  const column = grid[at]?.indexOf(target) ?? -1
  const within = (n: number, length: number) => Math.max(0, Math.min(length - 1, n))
  const cells = grid[within(at + step[0], grid.length)]
  const next = cells?.[within(column + step[1], cells.length)]
  if (next === undefined) return false
  for (const old of target.closest('tbody')?.querySelectorAll('td[tabindex="0"]') ?? [])
    old.setAttribute('tabindex', '-1')
  next.setAttribute('tabindex', '0')
  next.focus()
  return true
}
