"""`make test-rig`: the installed product on a virtual Raspberry Pi, judged by the kernel's view of its pins."""
