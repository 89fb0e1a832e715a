"""The operator's desk: raises alarms by the same contract as everyone, and sees who rings."""
