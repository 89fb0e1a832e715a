"""The messages on MQTT: topics, alarms, the beacon, events and statuses, with the readers and writers of each."""
