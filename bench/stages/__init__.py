"""What is measured, one module each. A stage takes the standing product and gives its figures."""
