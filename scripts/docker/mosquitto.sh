#!/bin/sh
# Makes the password file from the environment at each start, so that a changed password holds, and becomes the broker.
set -eu
passwords=/etc/mosquitto/zone-passwords
# The broker gives up root, and must still find the file.
mkdir -p /etc/mosquitto
umask 077
printf '%s:%s\n' "${MQTT_USER:?}" "${MQTT_PASSWORD:?}" "${MQTT_SENSOR_USER:?}" "${MQTT_SENSOR_PASSWORD:?}" >"$passwords"
# Hashes what stands there.
mosquitto_passwd -U "$passwords"
chown mosquitto:mosquitto "$passwords"
unset MQTT_PASSWORD MQTT_SENSOR_PASSWORD
exec mosquitto -c /mosquitto/config/mosquitto.conf
