/** A zone with one place of each sort that the tests need; as a zone.yaml. */
export const smallZone = {
  zone: { id: 'noodle', name: '线面加工区', timeZone: 'Asia/Shanghai' },
  sites: [
    {
      id: 'site-a',
      name: 'A 区',
      areas: [{ id: 'a-gate', name: '大门', kind: 'gate' }],
      workshops: [
        {
          id: 'w01',
          name: '线面一坊',
          areas: [
            { id: 'w01-process', name: '制面间', kind: 'process' },
            { id: 'w01-store', name: '冷库', kind: 'store' },
            { id: 'w01-living', name: '宿舍', kind: 'living' },
            { id: 'w01-changing', name: '更衣室', kind: 'changing' },
            { id: 'w01-toilet', name: '卫生间', kind: 'toilet' },
          ],
        },
      ],
    },
  ],
}
