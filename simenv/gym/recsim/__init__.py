"""RecSim's three worlds, with the dynamics and parameters of the package recsim 0.2.4, all people at once.

Source: Ie, Hsu, Mladenov et al., RecSim: A Configurable Simulation Platform for Recommender Systems, 2019.
"""
