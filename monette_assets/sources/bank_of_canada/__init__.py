"""The Bank of Canada's published exchange rates."""
