"""Alerts: what is wrong, grouped into incidents by cause; one message when one opens, one when it is over.

`trouble` finds, `causes` groups, `register` remembers, `messages` words it, `outbox` and `channels` deliver it.
"""
