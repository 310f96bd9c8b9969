"""Meta for everyone without an account: the Graph API, its webhooks and a customer's phone. The product never imports it."""
