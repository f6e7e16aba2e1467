#!/bin/sh
# Writes the configuration from the environment and becomes the gateway. A file mounted at /etc/zone-gateway/gateway.yaml is
# used as it is. The gateway itself reads no environment for its configuration: what stands in the file is what holds.
set -eu
umask 077
config=/etc/zone-gateway/gateway.yaml

if [ ! -e "$config" ]; then
  config=/tmp/gateway.yaml
  : "${MQTT_URL:?}" "${MQTT_USER:?}" "${MQTT_PASSWORD:?}" "${INFLUX_URL:?}" "${INFLUX_USER:?}" "${INFLUX_PASSWORD:?}"
  # JSON is YAML, whatever characters a password has.
  node - >"$config" <<'EOF_JS'
    const { env } = process
    const zone = '/zone/zone.yaml'
    console.log(JSON.stringify({
      http: { host: '0.0.0.0', port: 8080, trustedOrigins: env.TRUSTED_ORIGIN ? [env.TRUSTED_ORIGIN] : [] },
      storage: { dataDir: '/data', recordings: '/recordings', retentionDays: Number(env.RETENTION_DAYS || 30) },
      mqtt: { url: env.MQTT_URL, user: env.MQTT_USER, password: env.MQTT_PASSWORD },
      influx: { url: env.INFLUX_URL, database: env.INFLUX_DATABASE || 'zone', user: env.INFLUX_USER, password: env.INFLUX_PASSWORD },
      ...(require('node:fs').existsSync(zone) ? { zone } : {}),
    }, null, 2))
EOF_JS
fi
unset MQTT_PASSWORD INFLUX_PASSWORD
cd /app
# The flags of scripts/demo.ts: V8 looks for garbage before it is much.
exec node --max-semi-space-size=8 --max-old-space-size=512 gateway/main.ts --config "$config" "$@"
