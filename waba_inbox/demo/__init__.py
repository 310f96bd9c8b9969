"""The demo workspace: a clothing shop with a repair workshop, its people and some 300 conversations. See docs/demo.md.

`manage.py seed_demo` makes it. Everything is invented and comes from a fixed seed; only the times follow the clock.
"""
