"""The node: what runs on each Raspberry Pi. One room per job; see node/alarm.py for how it decides."""
