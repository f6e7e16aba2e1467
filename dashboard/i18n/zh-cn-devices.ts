/** Devices and system. */
export const zhCnDevices = {
  devices: { title: '设备' },
  system: { title: '系统' },
}
