"""The node: what runs on each Raspberry Pi. node/core decides; everything else senses or acts."""
