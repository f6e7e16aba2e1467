/** Short keys of Home Assistant's MQTT discovery that sensors, binary sensors and their availability use, as its documentation lists them. */
export const configKeys: ReadonlyMap<string, string> = new Map([
  ['avty', 'availability'],
  ['avty_mode', 'availability_mode'],
  ['avty_t', 'availability_topic'],
  ['avty_tpl', 'availability_template'],
  ['cmps', 'components'],
  ['def_ent_id', 'default_entity_id'],
  ['dev', 'device'],
  ['dev_cla', 'device_class'],
  ['e', 'encoding'],
  ['en', 'enabled_by_default'],
  ['ent_cat', 'entity_category'],
  ['ent_pic', 'entity_picture'],
  ['exp_aft', 'expire_after'],
  ['frc_upd', 'force_update'],
  ['ic', 'icon'],
  ['json_attr', 'json_attributes'],
  ['json_attr_t', 'json_attributes_topic'],
  ['json_attr_tpl', 'json_attributes_template'],
  ['l_ver_t', 'latest_version_topic'],
  ['lrst_t', 'last_reset_topic'],
  ['lrst_val_tpl', 'last_reset_value_template'],
  ['o', 'origin'],
  ['obj_id', 'object_id'],
  ['off_dly', 'off_delay'],
  ['ops', 'options'],
  ['p', 'platform'],
  ['pl', 'payload'],
  ['pl_avail', 'payload_available'],
  ['pl_not_avail', 'payload_not_available'],
  ['pl_off', 'payload_off'],
  ['pl_on', 'payload_on'],
  ['stat_cla', 'state_class'],
  ['stat_t', 'state_topic'],
  ['stat_val_tpl', 'state_value_template'],
  ['sug_dsp_prc', 'suggested_display_precision'],
  ['t', 'topic'],
  ['uniq_id', 'unique_id'],
  ['unit_of_meas', 'unit_of_measurement'],
  ['val_tpl', 'value_template'],
])

export const deviceKeys: ReadonlyMap<string, string> = new Map([
  ['cns', 'connections'],
  ['cu', 'configuration_url'],
  ['hw', 'hw_version'],
  ['ids', 'identifiers'],
  ['mdl', 'model'],
  ['mdl_id', 'model_id'],
  ['mf', 'manufacturer'],
  ['sa', 'suggested_area'],
  ['sn', 'serial_number'],
  ['sw', 'sw_version'],
])

export type Fields = Record<string, unknown>

/** The same object with long keys. */
export const expand = (fields: Fields, keys: ReadonlyMap<string, string>): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [keys.get(key) ?? key, value]))

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text that says something, also when it is written as a number. */
export const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : typeof value === 'number' ? String(value) : null
