"""What every program here is made of: clock, inbox, loop, MQTT, disk. Must not know what an alarm is."""
