import type { ComponentChildren } from 'preact'

export interface IconProps {
  /** Edge length in CSS pixels. */
  readonly size?: number
}

function Icon({ size = 22, children }: IconProps & { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

/** An icon from its paths in a square of 24. */
export const drawn = (paths: readonly string[]) =>
  function DrawnIcon(props: IconProps) {
    return (
      <Icon {...props}>
        {paths.map((d) => (
          <path key={d} d={d} />
        ))}
      </Icon>
    )
  }

export const WallIcon = drawn(['M3 4h8v7H3z', 'M14 4h7v4h-7z', 'M14 11h7v9h-7z', 'M3 14h8v6H3z'])
export const AlertIcon = drawn(['M12 4 2.8 19.5h18.4z', 'M12 10v4.5', 'M12 17v.2'])
export const PlaybackIcon = drawn(['M4 12a8 8 0 1 1 2.4 5.7', 'M4 19v-4h4', 'M10.5 9v6l4.5-3z'])
export const CoverageIcon = drawn([
  'M4 5h4v4H4z',
  'M10 5h4v4h-4z',
  'M16 5h4v4h-4z',
  'M4 15h4v4H4z',
  'M16 15h4v4h-4z',
  'M10.5 17h3',
])
export const SensorIcon = drawn(['M10 14V5a2 2 0 1 1 4 0v9a4 4 0 1 1-4 0z', 'M12 9v8', 'M17 6h3', 'M17 10h3'])
export const DeviceIcon = drawn(['M3 8.5 16 5l1.5 5.5-13 3.5z', 'M17 7.5l3.5-1 .8 3-3.5 1', 'M8 13.2V20', 'M4 20h8'])
export const SystemIcon = drawn(['M4 5h16v6H4z', 'M4 13h16v6H4z', 'M7.5 8v.2', 'M7.5 16v.2', 'M11 8h6', 'M11 16h6'])
export const UserIcon = drawn(['M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z', 'M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5'])
export const PlusIcon = drawn(['M12 5v14', 'M5 12h14'])
export const SearchIcon = drawn(['M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z', 'M15.5 15.5 21 21'])
export const CloseIcon = drawn(['M6 6l12 12', 'M18 6 6 18'])
export const ChevronIcon = drawn(['M6 9l6 6 6-6'])
export const ThemeIcon = drawn(['M12 3a9 9 0 1 0 0 18z', 'M12 3a9 9 0 0 1 0 18'])
export const DownloadIcon = drawn(['M12 4v11', 'M7.5 11l4.5 4.5 4.5-4.5', 'M4 20h16'])
export const RefreshIcon = drawn(['M20 12a8 8 0 1 1-2.4-5.7', 'M20 4v4h-4'])
