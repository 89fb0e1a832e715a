"""The district on one machine: real brokers, real nodes, and boxes whose pins are simulated."""
