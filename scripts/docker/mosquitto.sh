#!/bin/sh
# Makes the password file from the environment at each start, so that a changed password holds, and becomes the broker.
set -eu
umask 077
passwords=/mosquitto/data/passwords
printf '%s:%s\n' "${MQTT_USER:?}" "${MQTT_PASSWORD:?}" "${MQTT_SENSOR_USER:?}" "${MQTT_SENSOR_PASSWORD:?}" >"$passwords"
# Hashes what stands there.
mosquitto_passwd -U "$passwords"
chown mosquitto:mosquitto "$passwords"
unset MQTT_PASSWORD MQTT_SENSOR_PASSWORD
exec mosquitto -c /mosquitto/config/mosquitto.conf
