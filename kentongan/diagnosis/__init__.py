"""What `kentongan doctor` looks at: facts are gathered here, and judged in `core`.

    system   the machine: its files below one root, and what its programs answer ──┐
    program  the node or hub that runs: its journal                        ────────┼──> facts ──> core ──> findings
    link     the broker: reached, its certificate, logged in                ───────┘
"""
