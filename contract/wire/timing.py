"""Every interval that two programs or threads must agree on, in seconds. What one alone needs stands where it is used.

    hub   ──beacon────────every 5 s──> node, operator    three that do not come: the hub counts as gone
    node  ──status───────every 10 s──> hub               three that do not come: the post counts as away
    node  ──press────again every 10 s─> hub              until the beacon has it; named there for 60 s
"""

from contract.domain.incidents import LONGEST_S

BEACON_S = 5.0
HUB_LOST_S = 3 * BEACON_S
LISTED_S = 1.0  # within this a hub lists what it was sent, with or without its disk

HEARTBEAT_S = 10.0
POST_LOST_S = 3 * HEARTBEAT_S

RESEND_S = 10.0  # a press that the beacon does not list is sent again
LATE_RESEND_S = 30.0  # a report that a press came too late, which the broker has and a hub that lives has not
ACKNOWLEDGED_S = 2 * LATE_RESEND_S  # how long the beacon names what the hub has and what is over
CLEARED_S = LONGEST_S  # no alarm lasts longer, so an older all-clear has nothing left to end

PATROL_S = 30.0  # how long a patrol counts as being made
REST_S = 10.0  # of all outputs, after `max_sounding_s` without a break; a shorter one does not end the count
CLOCK_SYNC_S = 60.0  # how long after the start a clock may take to be synchronised, before ages are given up
CLOCKS_APART_S = 5.0  # two clocks that differ by more disagree …
CLOCKS_CONFIRMED_S = 8.0  # … once each message since then, for so long, shows it: one alone may have been held up

CONNECT_S = 2.0  # one attempt to connect
RECONNECT_S = (1.0, 4.0)  # from one attempt to the next, at random: a thousand nodes do not come back at one instant
