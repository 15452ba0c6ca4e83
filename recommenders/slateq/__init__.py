"""SlateQ: long-term value of whole slates, taken apart into the value of each item.

Ie, Jain, Wang, Narvekar, Agarwal, Wu, Cheng, Chandra and Boutilier, "SlateQ: A tractable decomposition for
reinforcement learning with recommendation sets" (2019). Its modules load torch, this one does not.
"""
