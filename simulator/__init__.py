"""Meta for everyone without an account: Graph API, webhooks and a customer's phone. The product never imports it."""
