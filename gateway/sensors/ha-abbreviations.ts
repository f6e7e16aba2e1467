/** Short keys of Home Assistant's MQTT discovery that sensors use, as listed in its documentation. */
export const configKeys: ReadonlyMap<string, string> = new Map([
  ['avty', 'availability'],
  ['avty_mode', 'availability_mode'],
  ['avty_t', 'availability_topic'],
  ['avty_tpl', 'availability_template'],
  ['cmps', 'components'],
  ['dev', 'device'],
  ['dev_cla', 'device_class'],
  ['exp_aft', 'expire_after'],
  ['o', 'origin'],
  ['obj_id', 'object_id'],
  ['p', 'platform'],
  ['pl_avail', 'payload_available'],
  ['pl_not_avail', 'payload_not_available'],
  ['pl_off', 'payload_off'],
  ['pl_on', 'payload_on'],
  ['stat_cla', 'state_class'],
  ['stat_t', 'state_topic'],
  ['t', 'topic'],
  ['uniq_id', 'unique_id'],
  ['unit_of_meas', 'unit_of_measurement'],
  ['val_tpl', 'value_template'],
])

export const deviceKeys: ReadonlyMap<string, string> = new Map([
  ['cns', 'connections'],
  ['ids', 'identifiers'],
  ['mdl', 'model'],
  ['mf', 'manufacturer'],
])

/** The same object with long keys. */
export function expand(fields: Record<string, unknown>, keys: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [keys.get(key) ?? key, value]))
}
