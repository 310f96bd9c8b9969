"""The five pricing models Meta has had, one module each. Pure.

A module says how a delivered message is charged (`charge`) and whether a free-form message may be sent
(`allows_free_form`), and gathers both in a `PricingModel`. It never sees a card, a counter or a currency: the
engine does those.
"""
