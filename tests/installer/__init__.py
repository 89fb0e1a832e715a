"""The installer, on a machine below a folder whose system programs only note what they were asked."""
