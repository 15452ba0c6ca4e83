"""What can be had without language: systems tuned on the same people, judged on the same pairs."""
