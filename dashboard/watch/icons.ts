import { drawn } from '../parts/icons.tsx'

export const SoundIcon = drawn(['M4 9.5v5h3.5L12 18V6L7.5 9.5z', 'M15.5 9a4.2 4.2 0 0 1 0 6', 'M18 6.5a8 8 0 0 1 0 11'])
export const NoSoundIcon = drawn(['M4 9.5v5h3.5L12 18V6L7.5 9.5z', 'M16 9.5l5 5', 'M21 9.5l-5 5'])
export const ScreenIcon = drawn(['M3 5h18v11H3z', 'M9 20h6', 'M12 16v4'])
