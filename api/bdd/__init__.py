"""Specifications in Gherkin against a running service: the steps, in a clinician's words, for any trial.

In the conftest.py beside your features: ``pytest_plugins = ("api.bdd.plugin",)``. A feature tagged
``@trial:<id>`` speaks of that trial; variables, arms, exits and milestones are called by the labels of the
trial's own files, or by their keys. Trials of your own are found through the fixture ``trial_folders``.
Needs the extra ``specs`` (pytest, pytest-bdd).
"""
